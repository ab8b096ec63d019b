// Phrases while typing: a combobox with a list, by the pattern of the ARIA Authoring Practices Guide.
// Without this script the form works all the same.
"use strict";

for (const input of document.querySelectorAll("[data-suggest]")) suggestions(input);

function suggestions(input) {
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  list.className = "kb-suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "検索語の候補");
  list.hidden = true;
  const told = document.createElement("span");
  told.className = "visually-hidden";
  told.setAttribute("aria-live", "polite");
  input.after(list, told);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false",
  })) input.setAttribute(name, value);

  let active = -1;
  let asking = null;
  let waiting = 0;

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 80);
  });
  input.addEventListener("blur", () => close());
  input.addEventListener("keydown", (event) => {
    // While an input method is converting, its keys are its own.
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(list.children[active]);
    }
  });

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const typed = input.value;
    if (!typed.trim()) return close();
    try {
      const answer = await fetch(`${input.dataset.suggest}?${new URLSearchParams({ q: typed })}`, { signal: asking.signal });
      if (!answer.ok) return close();
      const { suggestions } = await answer.json();
      if (input.value === typed && document.activeElement === input) show(suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  function show(found) {
    active = -1;
    input.removeAttribute("aria-activedescendant");
    list.replaceChildren(...found.map(option));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    told.textContent = found.length ? `候補が${found.length}件あります。下矢印キーで選べます。` : "";
  }

  function option(found, number) {
    const item = document.createElement("li");
    item.id = `${list.id}-${number}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.query = found.query;
    const text = document.createElement("span");
    text.textContent = found.text;
    const count = document.createElement("span");
    count.className = "kb-count";
    count.textContent = `${found.count}件`;
    item.append(text, count);
    // Before the input loses the focus, and the list with it.
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(item); });
    return item;
  }

  function move(step) {
    const count = list.children.length;
    list.children[active]?.setAttribute("aria-selected", "false");
    active = active + step < -1 ? count - 1 : active + step >= count ? -1 : active + step;
    const item = list.children[active];
    if (!item) return input.removeAttribute("aria-activedescendant");
    item.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  function choose(item) {
    input.value = item.dataset.query;
    close();
    input.form.requestSubmit();
  }

  function close() {
    asking?.abort();
    clearTimeout(waiting);
    active = -1;
    list.hidden = true;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", "false");
    told.textContent = "";
  }
}
