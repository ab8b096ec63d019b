// Terms of the glossary in the text of an article: pointing at one, focussing it or tapping it shows what it means.
// Without this script the same stands in the box 「この記事の用語」.
"use strict";

(() => {
  const list = document.querySelector("[data-kb-terms]");
  const article = document.querySelector(".kb-reading");
  if (!list || !article) return;

  const meanings = new Map();
  for (const entry of list.children) {
    meanings.set(entry.querySelector("dt").textContent.trim(), entry.querySelector("dd").textContent.trim());
  }
  const terms = [...meanings.keys()].sort((one, other) => other.length - one.length);

  const tip = document.createElement("div");
  tip.className = "kb-tip";
  tip.id = "kb-tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  document.body.append(tip);
  let shown = null;

  const hide = () => {
    tip.hidden = true;
    if (shown) shown.removeAttribute("aria-describedby");
    shown = null;
  };

  const show = (button) => {
    if (shown && shown !== button) hide();
    shown = button;
    tip.textContent = meanings.get(button.dataset.term);
    tip.hidden = false;
    button.setAttribute("aria-describedby", tip.id);
    const place = button.getBoundingClientRect();
    const left = Math.min(place.left, document.documentElement.clientWidth - tip.offsetWidth - 16);
    tip.style.left = `${Math.max(left, 16) + window.scrollX}px`;
    // It touches the term: the pointer can move onto it without losing it (WCAG 2.1, 1.4.13).
    tip.style.top = `${place.bottom + window.scrollY}px`;
  };

  const leave = (event) => {
    const to = event.relatedTarget;
    if (shown && to !== shown && !(to instanceof Node && tip.contains(to)) && document.activeElement !== shown) hide();
  };

  const mark = (node, term, at) => {
    const rest = node.splitText(at);
    rest.splitText(term.length);
    const dfn = document.createElement("dfn");
    dfn.className = "kb-term";
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.term = term;
    button.textContent = rest.data;
    dfn.append(button);
    rest.replaceWith(dfn);
    button.addEventListener("mouseenter", () => show(button));
    button.addEventListener("mouseleave", leave);
    button.addEventListener("focus", () => show(button));
    button.addEventListener("blur", hide);
    button.addEventListener("click", () => show(button));
  };

  // Only the first time that the article uses a term; the longest of those that begin at one place.
  const waiting = new Set(terms);
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent.closest(".kb-text") || parent.closest("a, button, dfn")) continue;
    let first = null;
    for (const term of terms) {
      const at = waiting.has(term) ? node.data.indexOf(term) : -1;
      if (at >= 0 && (!first || at < first.at)) first = { term, at };
    }
    if (!first) continue;
    waiting.delete(first.term);
    mark(node, first.term, first.at);
    walker.currentNode = node;
  }

  tip.addEventListener("mouseleave", leave);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".kb-term, .kb-tip")) hide();
  });
})();
