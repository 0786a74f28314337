// The page begins.
import { render } from 'preact';
import { drawingStyle } from '../drawing/style.js';
import { App } from './app.js';

const look = new CSSStyleSheet();
look.replaceSync(drawingStyle);
document.adoptedStyleSheets = [look];

render(<App />, document.getElementById('page')!);

// With it the page opens again without a network; pages without a secure address do without.
if ('serviceWorker' in navigator && import.meta.env.PROD) {
  navigator.serviceWorker.register('./offline.js').catch(() => {});
}
