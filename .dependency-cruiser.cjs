// The layer table of docs/adr/0001-layers.md as rules: who may import whom, and which folder may use which library.

const layers = {
  shared: [],
  domain: ['shared'],
  config: ['shared'],
  observability: ['shared'],
  exr: ['shared'],
  search: ['shared', 'domain'],
  vastdb: ['shared', 'observability'],
  providers: ['shared', 'observability', 'domain', 'search'],
  stores: ['shared', 'observability', 'domain', 'search', 'exr', 'vastdb'],
  events: ['shared', 'observability', 'domain'],
  services: ['shared', 'observability', 'domain', 'search', 'exr', 'events'],
  workers: ['shared', 'observability', 'domain', 'services', 'events'],
  http: ['shared', 'observability', 'domain', 'services'],
};

const layerPath = (layer) => (layer === 'config' ? 'src/config(\\.ts$|/)' : `src/${layer}/`);

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  comment: `${layer} may import ${allowed.length === 0 ? 'nothing of ours' : allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^${layerPath(layer)}` },
  to: { path: '^src/', pathNot: [layer, ...allowed].map((name) => `^${layerPath(name)}`) },
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
        pathNot: ['^src/(main|shared/env-file)\\.ts$', '-worker\\.ts$', '\\.d\\.ts$'],
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
    onlyUnder('fastify', '^node_modules/(fastify|@fastify)/', ['^src/http/', '^src/app\\.ts$', '^src/main\\.ts$']),
    onlyUnder('aws-sdk', '^node_modules/@aws-sdk/', ['^src/stores/media/']),
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
