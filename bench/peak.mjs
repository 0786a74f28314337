// node --import ./bench/peak.mjs …: says at the end how much memory the process had at most, in bytes, on the third pipe.
import { writeSync } from 'node:fs';

process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS * 1024)));
