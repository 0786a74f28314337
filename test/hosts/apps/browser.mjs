import { result } from './main.mjs';

globalThis.result = JSON.stringify(result());
