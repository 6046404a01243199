// The page and what it needs, answered from the device. FILES and VERSION stand above, written by
// the server. What cannot be had from the cache is had from a copy in IndexedDB, since browsers
// empty caches first, and only then from the network. Nothing that is asked or sent is touched.
const CACHE = `dieu-tra-${VERSION}`;
const SHELL = "/dieu-tra/";

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    const answers = await Promise.all(FILES.map(fresh));
    await Promise.all(answers.map((answer, at) => cache.put(FILES[at], answer.clone())));
    await copy(answers);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("dieu-tra-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const wanted = request.mode === "navigate" ? SHELL : pathname;
  if (request.mode === "navigate" && pathname !== SHELL) return;
  if (FILES.includes(wanted)) event.respondWith(held(wanted, request));
});

async function fresh(url) {
  const answer = await fetch(new Request(url, { cache: "reload", credentials: "omit" }));
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

async function held(url, request) {
  try {
    const found = await (await caches.open(CACHE)).match(url);
    if (found) return found;
  } catch { /* no cache at all: the copy then */ }
  return (await copied(url)) ?? fetch(request);
}

// ---- the copy

function base() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("dieu-tra-shell", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("files", { keyPath: "url" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function copy(answers) {
  const rows = await Promise.all(answers.map(async (answer, at) => ({
    url: FILES[at], version: VERSION, headers: [...answer.headers], body: await answer.blob(),
  })));
  const opened = await base();
  await new Promise((resolve, reject) => {
    const transaction = opened.transaction("files", "readwrite");
    const files = transaction.objectStore("files");
    files.clear();
    for (const row of rows) files.put(row);
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  opened.close();
}

async function copied(url) {
  try {
    const opened = await base();
    const row = await new Promise((resolve, reject) => {
      const asked = opened.transaction("files").objectStore("files").get(url);
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    opened.close();
    return row && new Response(row.body, { headers: row.headers });
  } catch {
    return null;
  }
}
