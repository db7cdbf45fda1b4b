// Keeps the last version of the site readable without a network: fresh pages first, kept ones if there is no answer.
"use strict";

const KEPT = "krisenfest-kept";
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => event.waitUntil(keepAhead().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function keepAhead() {
  const kept = await caches.open(KEPT);
  const answer = await fetch("offline.json", { cache: "no-cache" });
  const { paths } = await answer.json();
  // One page that is missing must not keep the others away.
  await Promise.allSettled(paths.map((path) => kept.add(new Request(path, { cache: "no-cache" }))));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  event.respondWith(answer(event.request));
});

async function answer(request) {
  const kept = await caches.open(KEPT);
  let timer;
  try {
    const slow = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("slow")), PATIENCE_MS); });
    const known = await kept.match(request, { ignoreSearch: true });
    const fresh = await (known ? Promise.race([fetch(request), slow]) : fetch(request));
    if (fresh.ok) await kept.put(request, fresh.clone());
    return fresh.status >= 500 && known ? known : fresh;
  } catch (error) {
    const page = await kept.match(request, { ignoreSearch: true });
    if (page) return page;
    if (request.mode === "navigate") {
      const offline = await kept.match(new URL("offline.html", self.registration.scope).href);
      if (offline) return offline;
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
