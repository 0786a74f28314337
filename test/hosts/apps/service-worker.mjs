import { result } from './main.mjs';

addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('message', ({ source }) => source.postMessage(JSON.stringify(result())));
