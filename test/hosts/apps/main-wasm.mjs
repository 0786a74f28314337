import * as sepconv from 'sepconv/wasm';
import { probe } from './probe.mjs';

export const result = () => probe(sepconv);
