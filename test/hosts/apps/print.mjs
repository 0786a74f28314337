import { result } from './main.mjs';

console.log(JSON.stringify(result()));
