// dist/ as it is published: each entry of the library one file, so that an import reads one; the command line in parts
// that load when they are used; the declarations of what can be imported, for `import` and for `require`.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const entries = readdirSync(join(root, 'src/entries'))
  .filter((file) => !file.endsWith('.d.ts'))
  .map((file) => `src/entries/${file}`);

/** These import a .wasm file, which CommonJS has no word for. */
const staticImport = /(workerd|edge-light)\.ts$/;

const common = {
  absWorkingDir: root,
  bundle: true,
  target: 'es2022',
  platform: 'neutral',
  packages: 'external',
  external: ['node:*', '*/kernels.wasm', '*/kernels.wasm?module'],
  logLevel: 'warning',
};

for (const file of readdirSync(dist)) if (file !== 'kernels.wasm') rmSync(join(dist, file), { recursive: true });
await Promise.all([
  build({ ...common, entryPoints: entries, format: 'esm', outdir: 'dist/entries' }),
  build({
    ...common,
    entryPoints: entries.filter((entry) => !staticImport.test(entry)),
    format: 'cjs',
    outdir: 'dist/entries',
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.dirname': '__dirname' },
  }),
  build({
    ...common,
    entryPoints: { 'cli/main': 'src/cli/main.ts' },
    format: 'esm',
    splitting: true,
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
  }),
]);
for (const folder of ['types', 'types-cjs']) {
  for (const path of declarations(['index.d.ts', 'entries/core.d.ts'])) copyDeclaration(path, folder);
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

function copyDeclaration(path, folder) {
  mkdirSync(dirname(join(dist, folder, path)), { recursive: true });
  cpSync(join(root, 'build/types', path), join(dist, folder, path));
}
