#!/usr/bin/env node
import { exitOnInterrupt } from './interrupt.js';
import { runCommand } from './program.js';

exitOnInterrupt();
process.exitCode = await runCommand(process.argv.slice(2));
