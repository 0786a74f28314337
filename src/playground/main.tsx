// The page begins.
import { render } from 'preact';
import { App } from './app.js';

render(<App />, document.getElementById('page')!);

// With it the page opens again without a network; pages without a secure address do without.
if ('serviceWorker' in navigator && import.meta.env.PROD) {
  navigator.serviceWorker.register('./offline.js').catch(() => {});
}
