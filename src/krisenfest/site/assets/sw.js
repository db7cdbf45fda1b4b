// Keeps the last version of the site readable without a network: fresh pages first, kept ones if there is no answer.
"use strict";

const KEPT = "krisenfest-kept";
const PATIENCE_MS = 4000; // until a kept page is shown instead
const LONG_PATIENCE_MS = 12000; // until a page that is not kept counts as out of reach

self.addEventListener("install", (event) => event.waitUntil(keepAhead().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function keepAhead() {
  const kept = await caches.open(KEPT);
  const answer = await fetch("offline.json", { cache: "no-cache" });
  const { paths } = await answer.json();
  // One page that is missing must not keep the others away.
  await Promise.allSettled(["./", ...paths].map((path) => kept.add(new Request(path, { cache: "no-cache" }))));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  event.respondWith(answer(event.request));
});

async function answer(request) {
  const kept = await caches.open(KEPT);
  const known = await kept.match(request, { ignoreSearch: true });
  let timer;
  try {
    const slow = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("slow")), known ? PATIENCE_MS : LONG_PATIENCE_MS); });
    if (!navigator.onLine) throw new Error("offline");
    const fresh = await Promise.race([fetch(request), slow]);
    if (fresh.ok) await kept.put(request, fresh.clone());
    return fresh.status >= 500 && known ? known : fresh;
  } catch (error) {
    if (known) return known;
    // A redirect, since the offline page's own links are relative to where it lies. Frames get nothing.
    if (request.mode === "navigate" && request.destination === "document") {
      return Response.redirect(new URL("offline.html", self.registration.scope).href);
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
