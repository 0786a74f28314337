// Who may import whom. Dependencies point one way: cli → image → ops → core ← backends; entries know their hosts.

/** Everything that `from` may not import, given as what it may. */
const only = (name, from, ...allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(src|node_modules)/', pathNot: allowed },
});

const nodeOnly =
  '^src/(image|cli|batch)/|^src/entries/node[.]ts$|^src/backends/(native(-(addon|host|threads))?|wasm/node-workers)[.]ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only('core-stands-alone', '^src/core/', '^src/core/'),
    only('ops-know-core', '^src/ops/', '^src/(core|ops)/'),
    only('analysis-knows-ops', '^src/analysis/', '^src/(core|ops|analysis)/'),
    only('conformance-knows-ops', '^src/conformance/', '^src/(core|ops|conformance)/'),
    only('initializers-know-core', '^src/initializers/', '^src/(core|initializers)/'),
    only('backends-know-core', '^src/backends/', '^src/(core|backends)/'),
    only('reference-stands-apart', '^src/backends/reference/', '^src/core/', '^src/backends/reference/'),
    only('runtime-knows-no-host', '^src/runtime/', '^src/(core|ops|runtime)/', '^src/backends/reference/index[.]ts$'),
    only('index-knows-no-host', '^src/index[.]ts$', '^src/(core|ops|runtime|analysis|initializers)/'),
    only('entries-need-no-package', '^src/entries/', '^src/(core|ops|runtime|backends|entries)/', '^src/index[.]ts$'),
    only('drawings-stand-alone', '^src/drawing/', '^src/drawing/'),
    only(
      'the-page-knows-no-host',
      '^src/playground/',
      '^src/(playground|drawing|image|core)/',
      '^src/conformance/',
      '^node_modules/(preact|@noble/hashes)/',
    ),
    {
      name: 'programs-know-one-host',
      comment: 'Pictures, batches and the command line run on Node.',
      severity: 'error',
      from: { path: '^src/(image|batch|cli)/' },
      to: { path: '^src/entries/', pathNot: '^src/entries/node[.]ts$' },
    },
    {
      name: 'libraries-know-no-program',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(image|batch|cli|measure|playground)/' },
      to: { path: '^src/(image|batch|cli|measure|playground)/' },
    },
    {
      name: 'image-library-needs-no-host',
      comment: 'What src/image exports to users runs everywhere; files, codecs and jobs are for programs.',
      severity: 'error',
      from: { path: '^src/image/index[.]ts$' },
      to: { path: '^(node_modules/|node:|fs|path|os|sharp)|^src/(?!core/|image/)', reachable: true },
    },
    {
      name: 'image-knows-no-cli',
      severity: 'error',
      from: { path: '^src/(image|batch)/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'node-modules-of-programs-only',
      comment: 'Entries take them from process.getBuiltinModule, which no bundler follows.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(image|cli|batch)/' },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only', 'type-import'] },
    },
    {
      name: 'other-hosts-never-reach-node',
      severity: 'error',
      from: { path: '^src/(index|entries/(web|workerd|edge-light|core|reference))[.]ts$' },
      to: { path: nodeOnly, reachable: true },
    },
    {
      name: 'tests-stay-outside-of-backends',
      severity: 'error',
      from: { path: '^(test|bench)/' },
      to: { path: '^src/backends/', pathNot: '^src/backends/reference/index[.]ts$' },
    },
    {
      name: 'no-circles',
      comment: 'Types may refer to each other; modules may not wait for each other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-circles-of-types',
      severity: 'error',
      from: { path: '^src/(analysis|backends|core|image|initializers|ops|runtime)/' },
      to: { circular: true },
    },
    {
      name: 'nothing-missing',
      comment: 'The page and the examples name the library as a user would; fast-png exports to import alone.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(sepconv|fast-png)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Programs of users of the package.
    exclude: { path: '^test/hosts/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
