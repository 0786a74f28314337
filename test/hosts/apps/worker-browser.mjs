import { result } from './main.mjs';

postMessage(JSON.stringify(result()));
