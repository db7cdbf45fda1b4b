// Saves a draft by itself: on the server, and until that has answered, in this browser too.
"use strict";
(() => {
  const settled = document.querySelector("[data-settled]");
  if (settled) {
    try { localStorage.removeItem("krisenfest:" + settled.dataset.settled); } catch { /* nothing was kept */ }
  }
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const said = document.getElementById("gespeichert");
  const version = form.elements.version;
  const key = "krisenfest:" + location.pathname;
  const PAUSE_MS = 1500;
  const BEAT_MS = 20000;
  let timer = 0;
  let dirty = false;
  let busy = false;
  let saving = Promise.resolve();
  let stale = "stale" in form.dataset;

  const fields = () => {
    const found = {};
    for (const [name, value] of new FormData(form)) {
      if (name !== "csrfmiddlewaretoken" && name !== "version") found[name] = value;
    }
    return found;
  };
  const keep = () => {
    try { localStorage.setItem(key, JSON.stringify({ version: version.value, fields: fields() })); } catch { /* full or forbidden: the server has it */ }
  };
  const forget = () => {
    try { localStorage.removeItem(key); } catch { /* nothing was kept */ }
  };
  const restore = () => {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key) || "null"); } catch { kept = null; }
    if (!kept) return;
    if (JSON.stringify(kept.fields) === JSON.stringify(fields())) { forget(); return; }
    for (const element of form.elements) {
      if (!element.name || !(element.name in kept.fields)) {
        if (element.type === "checkbox") element.checked = false;
        continue;
      }
      if (element.type === "checkbox" || element.type === "radio") element.checked = element.value === kept.fields[element.name];
      else if (element.name !== "csrfmiddlewaretoken" && element.name !== "version") element.value = kept.fields[element.name];
    }
    version.value = kept.version; // what it was written on: the server tells whether somebody saved since
    said.textContent = said.dataset.restored;
    dirty = true;
  };
  const save = () => {
    if (!dirty || busy || stale) return;
    saving = send();
  };
  const send = async () => {
    busy = true;
    dirty = false;
    try {
      const answer = await fetch(location.href, { method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" }, keepalive: true });
      if (answer.status === 409) {
        stale = true;
        said.textContent = said.dataset.stale;
      } else if (answer.ok && !answer.redirected) {
        version.value = (await answer.json()).version;
        if (!dirty) forget();
        said.textContent = said.dataset.saved + " " + new Date().toLocaleTimeString(document.documentElement.lang);
      } else throw new Error(String(answer.status));
    } catch {
      dirty = true;
      said.textContent = said.dataset.failed;
    }
    busy = false;
    if (dirty && !stale) timer = setTimeout(save, PAUSE_MS * 3);
  };
  form.addEventListener("input", () => {
    dirty = true;
    keep();
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (busy) { // a save is on its way: what follows must name the version that comes of it
      event.preventDefault();
      const button = event.submitter;
      saving.then(() => form.requestSubmit(button));
      return;
    }
    stale = true;
    keep(); // until the server is seen to have it
  });
  addEventListener("pagehide", save);
  setInterval(() => { if (document.visibilityState === "visible") save(); }, BEAT_MS);
  if (!stale) { restore(); if (dirty) save(); }
})();
