// Builds test/replay.cc with every instruction set of an architecture, by the flags of binding.gyp:
//   node test/replay.mjs <program> [more flags…]
// The compiler is $CXX, and $ARCH the architecture as Node names it, this machine's by default; with -static, the program
// runs under an emulator.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { CXX = 'g++', ARCH: arch = process.arch } = process.env;
const [compiler, ...words] = CXX.split(' ');
const [program, ...more] = process.argv.slice(2);

/** binding.gyp is a literal of Python whose comments are whole lines: without them, one of JavaScript. */
const gyp = new Function(`return (${readFileSync(`${root}/binding.gyp`, 'utf8').replace(/^\s*#.*$/gm, '')})`)();
const here = gyp.conditions.filter(([condition]) => condition.includes(`"${arch}"`)).map(([, then]) => then);
const targets = [gyp, ...here].flatMap((part) => part.targets ?? []);

const compile = (args) => execFileSync(compiler, [...words, ...args], { cwd: root, stdio: 'inherit' });
const flags = [...gyp.target_defaults.cflags_cc, ...more];
const folder = `${program}-objects`;
mkdirSync(`${root}/${folder}`, { recursive: true });
const objects = targets
  .filter(({ sources }) => sources.includes('native/kernels.cc'))
  .map(({ target_name: name, sources, defines, cflags_cc: own = [] }) => {
    const object = `${folder}/${name}.o`;
    compile([...flags, ...own, ...defines.map((define) => `-D${define}`), '-c', ...sources, '-o', object]);
    return object;
  });
compile([...flags, 'test/replay.cc', ...objects, '-o', program]);
