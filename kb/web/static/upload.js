// Files one by one, with the progress of each; a list that follows; and pages that wait for the reading of a file.
// Without this script the forms work all the same.
"use strict";

const form = document.querySelector("[data-upload]");
if (form) uploads(form);

const watched = document.querySelector('[data-state="waiting"]');
if (watched) waitForReading(watched.dataset.watch);

function uploads(form) {
  const input = form.querySelector('input[type="file"]');
  const drop = form.querySelector("[data-drop]");
  const list = document.querySelector("[data-transfers]");
  const summary = document.querySelector("[data-summary]");
  const all = [];
  let queue = Promise.resolve();
  form.querySelector("[data-with-script]").hidden = false;

  // A file that is dropped beside the zone would be opened in the place of this page.
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, () => drop.classList.add("kb-drop-here"));
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("kb-drop-here"));
  // What is dropped is chosen: type and access class can still be set before it is sent.
  drop.addEventListener("drop", (event) => { if (event.dataTransfer.files.length) input.files = event.dataTransfer.files; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const file of input.files) enqueue(newTransfer(file));
    input.value = "";
  });
  addEventListener("beforeunload", (event) => { if (all.some((one) => one.state === "sending")) event.preventDefault(); });

  // One after the other: a slow line is not made faster by sharing it, and what is done is done.
  function enqueue(transfer) {
    show(transfer, "sending", "順番を待っています。");
    queue = queue.then(() => sendOne(transfer));
  }

  function newTransfer(file) {
    const row = document.createElement("li");
    const name = document.createElement("strong");
    const text = document.createElement("span");
    const after = document.createElement("span");
    const chosen = { type: form.elements.type.value, access: form.elements.access.value };
    name.textContent = file.name;
    after.className = "kb-transfer-after";
    row.append(name, text, after);
    list.append(row);
    const transfer = { file, chosen, row, text, after, state: "sending" };
    all.push(transfer);
    return transfer;
  }

  // States: sending, reading, done, refused (by us or by the line).
  function show(transfer, state, text, ...after) {
    transfer.state = state;
    transfer.row.className = { done: "kb-sent", refused: "kb-not-sent" }[state] || "";
    transfer.text.textContent = text;
    transfer.after.replaceChildren(...after);
    const count = (...states) => all.filter((one) => states.includes(one.state)).length;
    const parts = [[count("sending"), "送信中"], [count("reading"), "読み取り中"], [count("done"), "終わり"], [count("refused"), "取り込めません"]];
    summary.textContent = `${all.length}件のファイル：${parts.filter(([n]) => n).map(([n, label]) => `${label}${n}件`).join("、")}`;
  }

  function sendOne(transfer) {
    const { file } = transfer;
    return new Promise((done) => {
      const body = new FormData();
      body.append("csrf_token", form.elements.csrf_token.value);
      for (const [name, value] of Object.entries(transfer.chosen)) body.append(name, value);
      body.append("files", file);
      const progress = bar(`${file.name} の送信`);
      progress.value = 0;
      show(transfer, "sending", "送っています。", progress);
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.responseType = "json";
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRF-Token", form.elements.csrf_token.value);
      request.upload.addEventListener("progress", (event) => { progress.value = event.total ? event.loaded / event.total : 0; });
      request.addEventListener("loadend", () => {
        const answer = request.status === 200 && request.response ? request.response[0] : null;
        if (!answer) show(transfer, "refused", failure(request), again(transfer));
        else if (answer.status === "accepted") follow(transfer, answer);
        else show(transfer, answer.status === "refused" ? "refused" : "done", answer.text, ...linkTo(answer, answer.status === "binned" ? "ごみ箱を開く" : "その資料を開く", file));
        refreshList();
        done();
      });
      request.send(body);
    });
  }

  function failure(request) {
    if (request.status === 413) return "大きすぎて送れません。分けるか、画像を小さくして保存し直してください。";
    if (request.status >= 500) return "サーバーが今は受け付けられません。しばらくしてから、もう一度送ってください。";
    if (request.status) return "送れませんでした。ログインが切れたかもしれません。ページを開き直してください。";
    return "送れませんでした。通信を確かめて、もう一度送ってください（フォルダーは送れません。中のファイルを選んでください）。";
  }

  function again(transfer) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline-secondary";
    button.textContent = "もう一度送る";
    button.addEventListener("click", () => enqueue(transfer));
    return button;
  }

  function follow(transfer, answer) {
    const { file } = transfer;
    show(transfer, "reading", "受け付けました。読み取っています。", bar(`${file.name} の読み取り`));
    watchUntilRead(`/api/documents/${encodeURIComponent(answer.document)}`, (about) => {
      if (!about) show(transfer, "done", "受け付けました。その後は資料の一覧で確かめてください。", ...linkTo(answer, "開く", file));
      else if (about.error) show(transfer, "refused", `受け付けましたが、読み取れません。${about.error}`, ...linkTo(answer, "開く", file));
      else show(transfer, "done", about.findings ? `読み取りました。確かめることが${about.findings}件あります。` : "読み取りました。内容を確かめて公開してください。", ...linkTo(answer, "内容を確かめる", file));
      refreshList();
    });
  }

  function linkTo(answer, label, file) {
    if (!answer.url) return [];
    const link = document.createElement("a");
    const hidden = document.createElement("span");
    link.href = answer.url;
    hidden.className = "visually-hidden";
    hidden.textContent = `：${file.name}`;
    link.append(label, hidden);
    return [link];
  }

  function bar(label) {
    const progress = document.createElement("progress");
    progress.setAttribute("aria-label", label);
    return progress;
  }
}

// The list below the form, as it stands now; one question at a time, and whoever is just using the list keeps it.
let asking = false, askAgain = false;
async function refreshList() {
  if (asking) { askAgain = true; return; }
  asking = true;
  try {
    const answer = await fetch(location.href);
    const list = document.querySelector("[data-lying]");
    const fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-lying]");
    if (fresh && list && !list.contains(document.activeElement)) list.replaceWith(document.adoptNode(fresh));
    else if (fresh && list) {
      const counts = fresh.querySelectorAll(".kb-tabs .kb-count");
      list.querySelectorAll(".kb-tabs .kb-count").forEach((one, n) => { one.textContent = counts[n].textContent; });
    }
  } catch { /* the line is down: the list stays as it was */ }
  asking = false;
  if (askAgain) { askAgain = false; refreshList(); }
}

// The page of a document is loaded again once its file has been read, unless somebody is filling in a form on it.
function waitForReading(address) {
  let touched = false;
  document.addEventListener("input", () => { touched = true; });
  watchUntilRead(address, (about) => { if (about && !touched) location.reload(); });
}

// Ask until the latest file has been read or set aside, less and less often; `done` gets nothing if nobody may ask.
function watchUntilRead(address, done, wait = 500) {
  setTimeout(async () => {
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return done(null);
      const about = await answer.json();
      if (about.version_state !== "waiting") return done(about);
    } catch { /* the line is down: ask again */ }
    watchUntilRead(address, done, Math.min(wait * 1.3, 5000));
  }, wait);
}
