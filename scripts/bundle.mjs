// dist/ as it is published: each entry of the library one file, so that an import reads one; the command line in parts
// that load when they are used; the declarations of what can be imported, for `import` and for `require`.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const hostEntries = readdirSync(join(root, 'src/entries'))
  .filter((file) => !file.endsWith('.d.ts'))
  .map((file) => [file.replace('.ts', ''), `src/entries/${file}`]);
const entries = Object.fromEntries([
  ...hostEntries,
  ['image', 'src/image/index.ts'],
  ['pictures', 'src/batch/index.ts'],
]);

// These two import a .wasm file, which CommonJS has no word for.
const { workerd, 'edge-light': edgeLight, ...required } = entries;

// What knows pictures shares its parts; what Node loads is read as it is, by no bundler that counts bytes.
const { pictures, node, ...alone } = entries;

const common = {
  absWorkingDir: root,
  bundle: true,
  target: 'es2022',
  platform: 'neutral',
  packages: 'external',
  external: ['node:*', '*/kernels.wasm', '*/kernels.wasm?module'],
  logLevel: 'warning',
};

/** For what nobody leaves a part out of in a bundle of his own, and most of the package is in. */
const small = { minify: true, keepNames: true };

for (const folder of ['chunks', 'cli', 'entries', 'types', 'types-cjs']) {
  rmSync(join(dist, folder), { recursive: true, force: true });
}
await Promise.all([
  build({ ...common, entryPoints: alone, format: 'esm', outdir: 'dist/entries' }),
  build({ ...common, entryPoints: { node }, format: 'esm', outdir: 'dist/entries', ...small }),
  build({
    ...common,
    entryPoints: required,
    format: 'cjs',
    outdir: 'dist/entries',
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.dirname': '__dirname' },
    ...small,
  }),
  build({
    ...common,
    entryPoints: { 'entries/pictures': pictures, 'cli/main': 'src/cli/main.ts' },
    format: 'esm',
    splitting: true,
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    ...small,
  }),
]);
for (const folder of ['types', 'types-cjs']) {
  for (const path of declarations(['index.d.ts', 'entries/core.d.ts', 'image/index.d.ts', 'batch/index.d.ts']))
    copyDeclaration(path, folder);
  const kernels = 'declare const kernels: WebAssembly.Module;\nexport default kernels;\n';
  writeFileSync(join(dist, folder, 'kernels.wasm.d.ts'), kernels);
}
writeFileSync(join(dist, 'types-cjs/package.json'), '{ "type": "commonjs" }\n');

/** The declarations that these reach. */
function declarations(paths) {
  const reached = new Set(paths);
  for (const path of reached) {
    const imported = readFileSync(join(root, 'build/types', path), 'utf8').matchAll(
      /(?:from |import\()['"](\..+?)\.js['"]/g,
    );
    for (const [, to] of imported) reached.add(join(dirname(path), `${to}.d.ts`));
  }
  return reached;
}

/** Compilers before 5.7 know no parameter of typed arrays; newer ones have it by default. */
function copyDeclaration(path, folder) {
  const text = readFileSync(join(root, 'build/types', path), 'utf8');
  mkdirSync(dirname(join(dist, folder, path)), { recursive: true });
  writeFileSync(join(dist, folder, path), text.replaceAll(/\b(\w+Array)<ArrayBuffer(Like)?>/g, '$1'));
}
