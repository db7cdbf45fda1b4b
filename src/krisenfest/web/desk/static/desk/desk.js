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
  const ANSWER_MS = 15000;
  let timer = 0;
  let dirty = false;
  let busy = null; // the save that is on its way
  let waits = false;
  let stale = "stale" in form.dataset;

  const own = (name) => name === "csrfmiddlewaretoken" || name === "version";
  const fields = () => {
    const found = {};
    for (const [name, value] of new FormData(form)) {
      if (!own(name) && typeof value === "string") found[name] = value; // files are sent by hand only
    }
    return found;
  };
  const keep = () => {
    try { localStorage.setItem(key, JSON.stringify({ version: version.value, fields: fields() })); } catch { /* full or forbidden: the server has it */ }
  };
  const forget = () => {
    try { localStorage.removeItem(key); } catch { /* nothing was kept */ }
  };
  const asServed = () => { // what the page came with, whatever has been typed since
    const found = {};
    for (const element of form.elements) {
      if (!element.name || own(element.name) || element.type === "submit" || element.type === "file") continue;
      if (element.type === "checkbox" || element.type === "radio") {
        if (element.defaultChecked) found[element.name] = element.value;
      } else if (element.options) {
        found[element.name] = ([...element.options].find((each) => each.defaultSelected) || element.options[0]).value;
      } else found[element.name] = element.defaultValue;
    }
    return found;
  };
  const restore = () => {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key) || "null"); } catch { kept = null; }
    const typed = JSON.stringify(fields()) !== JSON.stringify(asServed()); // before this script had come
    if (!kept || JSON.stringify(kept.fields) === JSON.stringify(asServed())) {
      dirty = typed;
      if (typed) keep(); else forget();
      return;
    }
    for (const element of form.elements) {
      if (!element.name || own(element.name)) continue;
      if (element.type === "checkbox" || element.type === "radio") element.checked = element.value === kept.fields[element.name];
      else if (element.name in kept.fields && (!typed || element.value === element.defaultValue)) element.value = kept.fields[element.name];
    }
    version.value = kept.version; // what it was written on: the server tells whether somebody saved since
    said.textContent = said.dataset.restored;
    dirty = true;
  };
  const send = async () => {
    dirty = false;
    try {
      const answer = await fetch(location.href, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Autosave": "1" },
        keepalive: true,
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      if (answer.status === 409) {
        stale = true;
        said.textContent = said.dataset.stale;
      } else if (answer.ok && !answer.redirected) {
        version.value = (await answer.json()).version;
        if (dirty) keep(); else forget();
        said.textContent = said.dataset.saved + " " + new Date().toLocaleTimeString(document.documentElement.lang);
      } else throw new Error(String(answer.status));
    } catch {
      dirty = true;
      said.textContent = said.dataset.failed;
    }
    busy = null;
    if (dirty && !stale && !waits) timer = setTimeout(save, PAUSE_MS * 3);
  };
  const save = () => {
    if (dirty && !busy && !stale) busy = send();
  };
  form.addEventListener("input", () => {
    dirty = true;
    keep();
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    keep(); // until the server is seen to have it
    if (!busy) { stale = true; return; }
    event.preventDefault(); // or this would meet our own save and be told that somebody else was faster
    if (waits) return;
    waits = true;
    const button = event.submitter;
    busy.then(() => { waits = false; form.requestSubmit(button); });
  });
  addEventListener("pagehide", save);
  setInterval(() => { if (document.visibilityState === "visible") save(); }, BEAT_MS);
  if (!stale) { restore(); if (dirty) save(); }
})();
