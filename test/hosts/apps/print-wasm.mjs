import { result } from './main-wasm.mjs';

console.log(JSON.stringify(result()));
