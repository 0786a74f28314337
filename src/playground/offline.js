// Keeps the page's files, so that it opens without a network. `version` and `files` are put before this by the build.
const name = `sepconv-${version}`;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(['./', ...files])));
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  const isOld = (key) => key.startsWith('sepconv-') && key !== name;
  const clear = async () => {
    for (const key of await caches.keys()) if (isOld(key)) await caches.delete(key);
    await self.clients.claim();
  };
  event.waitUntil(clear());
});

// The network first, so that a new page shows at once; what was kept where there is none.
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(fetch(request).catch(() => caches.match(request, { ignoreSearch: true })));
});
