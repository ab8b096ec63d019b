// Files one by one, with the progress of each; and pages that wait for the reading of a file.
// Without this script the forms work all the same.
"use strict";

const form = document.querySelector("[data-upload]");
if (form) uploads(form);

const watched = document.querySelector('[data-state="waiting"]');
if (watched) watchUntilRead(watched.dataset.watch, () => location.reload());

function uploads(form) {
  const input = form.querySelector('input[type="file"]');
  const drop = form.querySelector("[data-drop]");
  const list = document.querySelector("[data-transfers]");
  form.querySelector("[data-with-script]").hidden = false;

  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("kb-drop-here"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("kb-drop-here"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    send([...event.dataTransfer.files]);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send([...input.files]);
    input.value = "";
  });

  async function send(files) {
    // One after the other: a slow line is not made faster by sharing it, and what is done is done.
    for (const [file, row] of files.map((file) => [file, rowOf(file)])) await sendOne(file, row);
  }

  function rowOf(file) {
    const row = document.createElement("li");
    const bar = document.createElement("progress");
    const text = document.createElement("span");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `${file.name} の送信`);
    text.textContent = `${file.name}：順番を待っています`;
    row.append(text, bar);
    list.append(row);
    return { row, bar, text };
  }

  function sendOne(file, { row, bar, text }) {
    return new Promise((done) => {
      const body = new FormData();
      for (const name of ["csrf_token", "type", "access"]) body.append(name, form.elements[name].value);
      body.append("files", file);
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.responseType = "json";
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRF-Token", form.elements.csrf_token.value);
      request.upload.addEventListener("progress", (event) => {
        bar.value = event.total ? event.loaded / event.total : 0;
        text.textContent = `${file.name}：送っています`;
      });
      request.addEventListener("loadend", () => {
        bar.remove();
        const answer = request.status === 200 && request.response ? request.response[0] : null;
        const failure = request.status === 413 ? "大きすぎます。分けるか、画像を小さくして保存し直してください。"
          : "送れませんでした。通信とログインを確かめて、もう一度送ってください。";
        text.textContent = `${file.name}：${answer ? answer.text : failure}`;
        row.className = answer && answer.status !== "refused" ? "kb-sent" : "kb-not-sent";
        if (answer && answer.url) row.append(linkTo(answer));
        if (answer && answer.status === "accepted") follow(answer, file, text);
        done();
      });
      request.send(body);
    });
  }

  function linkTo(answer) {
    const link = document.createElement("a");
    link.href = answer.url;
    link.textContent = answer.status === "binned" ? "ごみ箱を開く" : "開く";
    return link;
  }

  function follow(answer, file, text) {
    watchUntilRead(`/api/documents/${encodeURIComponent(answer.document)}`, (about) => {
      text.textContent = `${file.name}：${about.error ? `読み取れません。${about.error}`
        : about.findings ? `読み取りました。確かめることが${about.findings}件あります。` : "読み取りました。内容を確かめて公開してください。"}`;
    });
  }
}

// Ask until the latest file has been read or set aside; less and less often.
function watchUntilRead(address, done, wait = 500) {
  setTimeout(async () => {
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const about = await answer.json();
      if (about.version_state !== "waiting") return done(about);
    } catch { /* the line is down: ask again */ }
    watchUntilRead(address, done, Math.min(wait * 1.3, 5000));
  }, wait);
}
