// Shows what changes while an event is held. Without it, or without a line, every page works by loading it again.
"use strict";
(() => {
  const root = document.querySelector("[data-stream]");
  if (!root) return;
  document.documentElement.classList.add("live-script");
  const said = document.getElementById("gesagt");
  const address = root.dataset.stream;
  const POLL_MS = 10000;
  const HELLO_MS = 10000;
  let number = Number(root.dataset.number);
  let source = null;
  let polling = 0;
  let broken = false;
  let mine = 0; // when a person was last told what became of their own click: nothing else talks over that
  const HEARD_MS = 4000;

  const say = (text, kind) => {
    said.textContent = text;
    said.classList.toggle("kd-alarm", kind === "wrong");
    said.classList.toggle("kd-success", kind === "good");
  };
  const lines = (on) => {
    if (broken === on) return;
    broken = on;
    say(on ? root.dataset.off : "", on ? "wrong" : "");
  };
  const find = (id) => root.querySelector(`[data-item="${id}"]`);

  // What a person has typed, chosen, opened or focused outlives the new version of a piece.
  const keep = (old, fresh) => {
    if ("voted" in old.dataset) fresh.dataset.voted = "";
    for (const field of old.querySelectorAll("input, textarea")) {
      const same = [...fresh.querySelectorAll("input, textarea")].find((each) => each.name === field.name && (field.type === "textarea" || field.type === "text" || each.value === field.value));
      if (!same) continue;
      if (field.type === "radio" || field.type === "checkbox") same.checked = field.checked;
      else if (field.value !== field.defaultValue) same.value = field.value;
    }
    if (old.querySelector("details[open]")) fresh.querySelector("details")?.setAttribute("open", "");
  };
  const focusIn = (old, fresh) => {
    const at = document.activeElement;
    if (at === old) return () => fresh.focus();
    if (!old.contains(at)) return null;
    const place = at.name ? [...fresh.querySelectorAll("button, input, textarea")].find((each) => each.name === at.name && (each.value === at.value || each.type === "textarea")) : null;
    const [from, to] = [at.selectionStart, at.selectionEnd];
    return () => {
      (place || (fresh.tabIndex === -1 ? fresh : at)).focus();
      if (place && place.type === "textarea") place.setSelectionRange(from, to);
    };
  };
  const put = (list, fresh) => {
    const rank = Number(fresh.dataset.rank || 0);
    const after = [...list.children].find((each) => Number(each.dataset.rank || 0) < rank);
    list.insertBefore(fresh, after || null);
  };
  const take = (item) => {
    const old = find(item.id);
    const list = item.list ? root.querySelector(`[data-list="${item.list}"]`) : null;
    if (!list) {
      if (old) old.remove();
      return;
    }
    const holder = document.createElement("template");
    holder.innerHTML = item.html; // made and escaped by the server's own templates
    const fresh = holder.content.firstElementChild;
    const focus = old ? focusIn(old, fresh) : null;
    if (old) keep(old, fresh);
    const before = old ? old.closest("[data-list]") : null;
    if (before === list && old.dataset.rank === fresh.dataset.rank) old.replaceWith(fresh);
    else {
      if (old) old.remove();
      put(list, fresh);
    }
    if (focus) focus();
    if (before !== list && !broken && performance.now() - mine > HEARD_MS) {
      if (item.list === "air" && root.dataset.air) say(root.dataset.air, "");
      else if (item.list === "polls" && root.dataset.poll) say(root.dataset.poll, "");
      else if (!before && (item.list === "shown" || item.list === "new")) say(root.dataset.new, "");
    }
  };
  const told = (text) => {
    const found = JSON.parse(text);
    if (found.number < number) number = 0; // the server begins anew, from a backup
    for (const item of found.items) if (item.number > number) take(item);
    number = found.number;
    const waiting = document.getElementById("wartet");
    if (waiting) waiting.hidden = !waiting.querySelector("li");
    root.dataset.number = String(number);
    lines(false);
  };

  const query = (more) => `${address}?nach=${number}&lang=${root.dataset.lang}${more}`;
  const poll = async () => {
    try {
      const answer = await fetch(query("&einmal=1"));
      if (answer.ok) told(await answer.text());
      else lines(true);
    } catch { lines(true); }
    polling = setTimeout(poll, POLL_MS + Math.random() * POLL_MS / 4);
  };
  const connect = () => {
    let greeted = false;
    source = new EventSource(query(""));
    const patience = setTimeout(() => {
      if (greeted) return;
      source.close(); // something between here and the server holds the line back
      poll();
    }, HELLO_MS);
    source.onmessage = (event) => {
      greeted = true;
      clearTimeout(patience);
      told(event.data);
    };
    source.onerror = () => {
      lines(true);
      if (source.readyState === EventSource.CLOSED && !polling) {
        clearTimeout(patience);
        poll();
      }
    };
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || !(form.id === "do" || root.contains(form))) return;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    const button = event.submitter;
    const item = button ? button.closest("[data-item]") : null;
    try {
      const answer = await fetch(location.pathname, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const found = await answer.json();
      say(found.said, found.ok ? "good" : "wrong");
      mine = performance.now();
      if (!found.ok) return;
      if (item && "voted" in found) {
        item.toggleAttribute("data-voted", found.voted);
        const other = item.querySelector(found.voted ? ".live-take" : ".live-give");
        if (other) other.focus();
      }
      for (const each of found.items || []) if (!find(each.id)) take(each);
      const waiting = document.getElementById("wartet");
      if (waiting) waiting.hidden = !waiting.querySelector("li");
      if ("clear" in form.dataset) form.reset();
      if (found.reload) location.reload();
    } catch { say(root.dataset.failed, "wrong"); }
  });

  // Keys work while the focus is among the questions, and nowhere else (WCAG 2.1.4); Tab leaves as it came.
  const area = root.querySelector("[data-keys]");
  if (area) {
    area.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
      const key = event.key.toLowerCase();
      if (!/^[a-z]$/.test(key)) return;
      const here = event.target.closest(".live-item");
      const all = [...area.querySelectorAll(".live-item")];
      if (key === "j" || key === "k") {
        const step = key === "j" ? 1 : -1;
        const next = all[here ? all.indexOf(here) + step : 0];
        if (next) next.focus();
      } else {
        const button = key === "u" ? root.querySelector("[aria-keyshortcuts=u]") : here && here.querySelector(`[aria-keyshortcuts="${key}"]`);
        if (!button) return;
        const after = all[all.indexOf(here) + 1] || all[all.indexOf(here) - 1];
        button.click();
        if (key !== "u" && after) after.focus();
      }
      event.preventDefault();
    });
  }
  connect();
})();
