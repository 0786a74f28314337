// npm run tune: each choice of native/simd/tuning.h beside its neighbours, on this machine, in one process a layer.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { Command } from 'commander';
import type { Layout } from '../src/core/params.js';
import type { MeasuredLayer } from '../src/measure/layer.js';
import { everyLayer } from './layers.js';
import { compile, root } from './programs.js';
import { layerArguments } from './run.js';
import { digits, textTable, times } from './table.js';

interface Options {
  readonly isa: string;
  readonly only: string;
  readonly layout: Layout;
}

/** Kernels of one instruction set, compiled with choices of their own. */
interface Library {
  readonly label: string;
  readonly path: string;
}

new Command('npm run tune --')
  .description('Times the choices that are tuned for a machine beside their neighbours: ratios below 1 are faster.')
  .argument('[choices...]', 'names from native/simd/tuning.h, all unless given; name=value tries that value')
  .option('--isa <name>', 'header of native/simd', 'avx2')
  .option('--only <pattern>', 'layers whose name matches', '^(depthwise|pointwise|separable) ')
  .option('--layout <layout>', 'NHWC or NCHW', 'NHWC')
  .action(tune)
  .parse();

function tune(wanted: readonly string[], { isa, only, layout }: Options): void {
  const layers = everyLayer.filter(({ name, dilations }) => dilations === 1 && new RegExp(only).test(name));
  const chosen = choicesOf(isa);
  const folder = mkdtempSync(join(tmpdir(), 'sepconv-tune-'));
  try {
    const base = build(folder, isa, 'chosen');
    for (const choice of wanted.length > 0 ? wanted : chosen.keys()) {
      const [name, tried] = choice.split('=');
      const value = chosen.get(name);
      if (value === undefined) throw new Error(`${name} is none of the choices: ${[...chosen.keys()].join(', ')}`);
      const values = tried === undefined ? neighbours(name, value) : [Number(tried)];
      const variants = values.map((other) => build(folder, isa, `${name} = ${other}`));
      process.stdout.write(`\n${isa}, ${name} = ${value}\n${compare(layers, layout, isa, [base, ...variants])}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A line for each layer: the time of the first library, and those of the others divided by it. */
function compare(layers: readonly MeasuredLayer[], layout: Layout, isa: string, libraries: readonly Library[]): string {
  const program = compile({ source: 'tune', flags: ['-ldl'] });
  const paths = libraries.map(({ path }) => path);
  const logarithms = libraries.map(() => 0);
  const lines = layers.map((layer) => {
    const words = [...layerArguments(layer, 1), '', '', layout, `kernels_${isa}`, ...paths];
    const medians = execFileSync(program, words).toString().trim().split('\n').map(Number);
    const ratios = medians.map((median) => median / medians[0]);
    ratios.forEach((ratio, i) => {
      logarithms[i] += Math.log(ratio) / layers.length;
    });
    return [layer.name, digits(medians[0]), ...ratios.slice(1).map(times)];
  });
  const means = logarithms.slice(1).map((logarithm) => times(Math.exp(logarithm)));
  const header = ['', 'µs', ...libraries.slice(1).map(({ label }) => label)];
  return textTable([header, ...lines, ['geometric mean', '', ...means]]);
}

/** The kernels of an instruction set with one of its choices replaced, `name = value`, or as they are. */
function build(folder: string, isa: string, label: string): Library {
  const sources = join(folder, label.replaceAll(' ', ''));
  cpSync(join(root, 'native'), sources, { recursive: true });
  if (label.includes('=')) {
    const [name] = label.split(' ');
    const usual = join(sources, 'simd/tuning.h');
    const own = join(sources, `simd/${isa}.h`);
    const line = new RegExp(`(static constexpr \\w+ )${name} = [^;]+;`);
    const file = line.test(readFileSync(own, 'utf8')) ? own : usual;
    writeFileSync(file, readFileSync(file, 'utf8').replace(line, `$1${label};`));
  }
  const path = `${sources}.so`;
  const flags = ['-std=c++17', '-O2', '-ffp-contract=off', '-fno-tree-vectorize', '-shared', '-fPIC', '-w'];
  execFileSync('g++', [...flags, ...flagsOf(isa), `-DISA=${isa}`, join(sources, 'kernels.cc'), '-o', path]);
  return { label, path };
}

/** Its flags in binding.gyp, which is a literal of JavaScript but for its comments. */
function flagsOf(isa: string): string[] {
  const text = readFileSync(join(root, 'binding.gyp'), 'utf8').replaceAll(/^\s*#.*$/gm, '');
  const { conditions } = runInNewContext(`(${text})`);
  const targets: { target_name: string; cflags_cc?: string[] }[] = conditions.flatMap(
    ([, { targets }]: never[]) => targets,
  );
  return targets.find(({ target_name }) => target_name === `kernels_${isa}`)?.cflags_cc ?? [];
}

/** The choices of an instruction set, by name. */
function choicesOf(isa: string): Map<string, number> {
  const choices = new Map<string, number>();
  for (const header of ['tuning', isa]) {
    const text = readFileSync(join(root, `native/simd/${header}.h`), 'utf8');
    const [, body] = /struct \w*Tuning\b[^{]*\{(.*?)^\};/ms.exec(text) ?? ['', ''];
    for (const [, name, value] of body.matchAll(/static constexpr \w+ (\w+) = ([^;]+);/g)) {
      const [factor, shift = 0] = value.split('<<').map(Number);
      choices.set(name, factor * 2 ** shift);
    }
  }
  return choices;
}

/** Counts of registers have those beside them as neighbours, sizes their half and double. */
function neighbours(name: string, value: number): number[] {
  if (name === 'panelVecs') return [5 - value];
  return value <= 24 ? [value - 1, value + 1] : [value / 2, value * 2];
}
