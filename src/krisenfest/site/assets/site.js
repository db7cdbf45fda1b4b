// What a page shows by the clock. Every variant is in the page already; this picks the one that holds now.
// Without it the page shows the state at the time it was made, and prints the dates.
"use strict";

(function () {
  const framed = window.parent !== window;

  function show() {
    const now = Date.now() / 1000;
    let next = Infinity;
    for (const element of document.querySelectorAll("[data-from][data-until]")) {
      const from = element.dataset.from === "" ? -Infinity : Number(element.dataset.from);
      const until = element.dataset.until === "" ? Infinity : Number(element.dataset.until);
      element.hidden = !(from <= now && now < until);
      if (from > now) next = Math.min(next, from);
      if (until > now) next = Math.min(next, until);
    }
    showOpen(now);
    report();
    const wait = Math.min(Math.max((next - now) * 1000, 250), 60000);
    window.setTimeout(show, wait);
  }

  // The municipality's wall clock: a day as 2026-07-01 and the minutes since its midnight.
  function localTime(now) {
    const zone = document.body.dataset.zone || "Europe/Berlin";
    const form = new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
    const part = Object.fromEntries(form.formatToParts(new Date(now * 1000)).map((each) => [each.type, each.value]));
    return { day: part.year + "-" + part.month + "-" + part.day, minutes: Number(part.hour) * 60 + Number(part.minute) };
  }

  function showOpen(now) {
    for (const element of document.querySelectorAll("[data-hours]")) {
      const here = localTime(now);
      const days = new Map(element.dataset.hours.split(";").map((each) => [each.slice(0, 10), each.slice(11)]));
      element.hidden = !days.has(here.day);
      const spans = (days.get(here.day) || "").split(",").filter(Boolean).map((each) => each.split("-").map(Number));
      const open = spans.some(([opens, closes]) => opens <= here.minutes && here.minutes < closes);
      element.querySelector("[data-open]").hidden = !open;
      element.querySelector("[data-closed]").hidden = open;
    }
  }

  // The banner tells the page around it how tall it is; a page takes that from its own banner only.
  function report() {
    if (!framed || !document.body.classList.contains("kf-frame")) return;
    const any = document.querySelector(".kf-warn:not([hidden])") !== null;
    const height = any ? Math.ceil(document.querySelector("main").getBoundingClientRect().height) : 0;
    window.parent.postMessage({ krisenfestBanner: height }, "*");
  }

  window.addEventListener("message", function (event) {
    const frame = document.querySelector("iframe.kf-banner");
    if (!frame || event.source !== frame.contentWindow) return;
    const height = event.data && event.data.krisenfestBanner;
    if (typeof height !== "number" || height < 0 || height > 2000) return;
    frame.style.display = height ? "block" : "none";
    frame.style.height = height + "px";
  });

  window.addEventListener("resize", report);
  show();

  if (!framed && document.body.dataset.root !== undefined && "serviceWorker" in navigator && /^https?:$/.test(location.protocol)) {
    navigator.serviceWorker.register(document.body.dataset.root + "sw.js").catch(function () { /* reading needs no worker */ });
  }
})();
