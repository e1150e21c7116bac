// The layer table of docs/adr/0030-house-of-features.md as rules: who may import whom, and which folder may use which library.

const layers = {
  shared: [],
  config: ['shared'],
  formats: ['shared'],
  operation: ['shared', 'config'],
  vastdb: ['shared', 'config', 'operation'],
  http: ['shared', 'config', 'operation'],
  media: ['shared', 'config', 'formats', 'operation', 'http'],
  tams: ['shared', 'config', 'formats', 'operation', 'vastdb', 'http', 'media'],
  'features/[^/]+': ['shared', 'config', 'formats', 'operation', 'vastdb', 'http', 'media', 'tams'],
};

const seams = (layer) => (layer.startsWith('features/') ? ['^src/features/(feature|management|statistics)\\.ts$'] : []);

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer-${layer.split('/')[0]}`,
  comment: `${layer} may import ${allowed.length === 0 ? 'nothing of ours' : allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^src/(${layer})/` },
  // Another feature is no layer of a feature: $1 is the one that imports.
  to: { path: '^src/', pathNot: ['^src/$1/', ...seams(layer), ...allowed.map((name) => `^src/${name}/`)] },
}));

const onlyUnder = (name, library, folders) => ({
  name: `only-${name}`,
  comment: `${name} is imported only by ${folders.join(', ')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: folders },
  to: { path: library },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'src-never-imports-test', severity: 'error', from: { path: '^src/' }, to: { path: '^test/' } },
    {
      name: 'tests-import-no-tests',
      comment: 'files share the modules of a worker: what one has loaded has no tests for the next',
      severity: 'error',
      from: {},
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'acceptance-tests-are-clients',
      comment: 'acceptance tests talk HTTP and may not import src',
      severity: 'error',
      from: { path: '^test/acceptance/' },
      to: { path: '^src/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
        pathNot: ['^src/(main|shared/env-file)\\.js$', '-worker\\.ts$', '\\.d\\.ts$'],
      },
      to: {},
    },
    {
      name: 'no-dev-dependencies-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
    ...layerRules,
    {
      name: 'the-page-is-a-client',
      comment: 'the page shares pure time with the server, and its clip with the demo',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|test|demo|mgmt)/', pathNot: '^(src/shared/time|demo/clip)/' },
    },
    {
      name: 'features-have-one-door',
      comment: 'the rest of src imports only feature.ts of a feature',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/features/[^/]+/' },
      to: { path: '^src/features/[^/]+/', pathNot: '^src/features/[^/]+/feature\\.ts$' },
    },
    {
      name: 'schemas-are-built-by-type-builder',
      comment: 'typebox is imported for its types; shared/type-builder.ts and shared/schema-library.ts have the rest',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/shared/schema-library' },
      to: { path: '^node_modules/typebox/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'node-http-is-not-imported',
      comment: 'shared/node-http.ts says why; types are free',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(node:)?http$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'features-load-when-they-are-on',
      comment: 'feature.ts imports the code of a feature in `open`: while it is off, it takes no memory',
      severity: 'error',
      from: { path: '^src/features/[^/]+/feature\\.ts$' },
      to: { path: '^src/features/[^/]+/(open-[^/]+|[^/]+-management)\\.ts$', dynamic: false },
    },
    {
      name: 'mgmt-knows-no-feature',
      comment: 'a feature has a `management` for it',
      severity: 'error',
      from: { path: '^mgmt/' },
      to: { path: '^src/features/[^/]+/' },
    },
    {
      name: 'src-never-imports-mgmt',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^mgmt/' },
    },
    onlyUnder('fastify', '^node_modules/(fastify|@fastify)/', [
      '^src/http/',
      '^src/media/routes/',
      '^src/container/',
      '(^|[-/])routes?(-|/|\\.ts$)',
    ]),
    onlyUnder('commander', '^node_modules/commander/', ['^src/features/([^/]+/commands/|management\\.ts$)']),
    onlyUnder('aws-sdk', '^node_modules/@aws-sdk/', ['^src/media/']),
    onlyUnder('arrow', '^node_modules/(apache-arrow|flatbuffers)/', ['^src/vastdb/']),
    onlyUnder('duckdb', '^node_modules/@duckdb/', ['^src/vastdb/analytics/']),
    onlyUnder('postgres', '^node_modules/(pg|pg-cursor)/', ['^src/vastdb/engines/postgres/']),
    onlyUnder('node-sqlite', '^(node:)?sqlite$', ['^src/vastdb/engines/sqlite/']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
