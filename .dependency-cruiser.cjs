/** The architecture as rules: who may import whom. Run by `npm run check`. */
const only = (library, places) => ({
  name: `${library.replace(/\W+/g, '-')}-only-in-its-adapters`,
  comment: `${library} is imported by its adapters only; everything else knows a port.`,
  severity: 'error',
  from: { path: '^(projector|api|mappings|runtime)/', pathNot: places },
  to: { path: `^node_modules/${library}/` },
});

/** Each folder knows those before it, types included. */
const layered = (root, layers) =>
  layers.map((folders, place) => ({
    name: `${root}-${folders.join('-and-')}-know-no-later-step`,
    comment: 'From the events to what operators do, each step knows those before it.',
    severity: 'error',
    from: { path: `^${root}/(${folders.join('|')})/` },
    to: {
      path: `^${root}/`,
      pathNot: `^${root}/(${layers
        .slice(0, place + 1)
        .flat()
        .join('|')})/`,
    },
  }));

const ADAPTERS_KNOWN_BY = [
  '^projector/admin-api/(mending|operations)\\.ts$',
  '^projector/cli/(inspection|quarantine|tool)\\.ts$',
  '^projector/operations/status\\.ts$',
];

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Imports run one way, those of types as well.',
      severity: 'error',
      from: { pathNot: '^(mappings|test)/' },
      to: { circular: true },
    },
    {
      name: 'no-cycles-of-values',
      comment: 'Declarations may refer to the types of the registry that lists them, and tests to those of each other.',
      severity: 'error',
      from: { path: '^(mappings|test)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-cycles-of-folders',
      severity: 'error',
      scope: 'folder',
      from: { path: '^(api|runtime)' },
      to: { circular: true },
    },
    {
      name: 'projector-and-api-apart',
      comment: 'The two processes share mappings and runtime, never each other.',
      severity: 'error',
      from: { path: '^projector/' },
      to: { path: '^api/' },
    },
    {
      name: 'api-and-projector-apart',
      severity: 'error',
      from: { path: '^api/' },
      to: { path: '^projector/' },
    },
    {
      name: 'views-do-not-know-each-other',
      severity: 'error',
      from: { path: '^mappings/views/([^/]+)/' },
      to: { path: '^mappings/views/[^/]+/', pathNot: '^mappings/views/$1/' },
    },
    {
      name: 'mappings-are-free-of-io',
      comment: 'Declarations and pure functions: no client, no clock, no logger, no process.',
      severity: 'error',
      from: { path: '^mappings/' },
      to: { pathNot: ['^mappings/', '^node_modules/zod/', '^(node:)?(crypto|buffer)$'] },
    },
    {
      name: 'stored-layout-knows-declarations-only',
      comment: 'What is stored is written down once, for both processes.',
      severity: 'error',
      from: { path: '^runtime/storage/' },
      to: { path: '^(runtime|projector|api)/', pathNot: '^runtime/storage/' },
    },
    {
      name: 'adapters-know-ports',
      comment: 'What stands between the projector and a server knows what is asked of it, and nothing of who asks.',
      severity: 'error',
      from: { path: '^projector/(kafka|stores)/' },
      to: { path: '^projector/', pathNot: '^projector/(ports|work|kafka|stores)/' },
    },
    {
      name: 'stores-do-not-know-each-other',
      severity: 'error',
      from: { path: '^projector/stores/([^/]+)/' },
      to: { path: '^projector/(kafka|stores/[^/]+)/', pathNot: '^projector/stores/$1/' },
    },
    {
      name: 'only-composition-knows-adapters',
      comment: 'Those that are left speak to MongoDB themselves: the commands of operators.',
      severity: 'error',
      from: { path: '^projector/', pathNot: ['^projector/(composition|kafka|stores)/', ...ADAPTERS_KNOWN_BY] },
      to: { path: '^projector/(kafka|stores)/' },
    },
    ...layered('projector', [
      ['ports'],
      ['work'],
      ['kafka', 'stores', 'pipeline'],
      ['fan-out', 'clock'],
      ['generations'],
      ['reconcile'],
      ['operations'],
    ]),
    {
      name: 'runtime-knows-no-process',
      severity: 'error',
      from: { path: '^runtime/' },
      to: { path: '^(projector|api|stack|test|bench|sample)/' },
    },
    {
      name: 'client-loads-nothing',
      comment: 'It runs in browsers, too: of the rest it takes types only.',
      severity: 'error',
      from: { path: '^api/client/' },
      to: { pathNot: '^api/client/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'production-knows-no-test',
      severity: 'error',
      from: { path: '^(projector|api|mappings|runtime)/' },
      to: { path: '^(test|bench|stack|sample)/' },
    },
    {
      name: 'attacks-know-no-product-code',
      comment: 'What hostile callers do is told by HTTP and Kafka alone; of the product they may know shapes.',
      severity: 'error',
      from: { path: '^test/attack/(repertoire/|hostile\\.ts$)' },
      to: { path: '^(projector|api|mappings|runtime)/', dependencyTypesNot: ['type-only'] },
    },
    only('kafkajs', ['^projector/kafka/', '^runtime/kafkajs/', '^runtime/presence/']),
    {
      name: 'sample-feeds-by-one-file',
      severity: 'error',
      from: { path: '^sample/', pathNot: '^sample/feeder.ts$' },
      to: { path: '^node_modules/kafkajs/' },
    },
    only('mongodb', ['^projector/stores/mongodb/', '^api/readers/mongodb/', '^api/freshness/', '^runtime/presence/']),
    only('@elastic', ['^projector/stores/elasticsearch/', '^api/readers/elasticsearch/', '^runtime/presence/']),
    only('jose', ['^api/access/jwt/']),
    only('helmet', ['^api/http/']),
    only('cors', ['^api/http/']),
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json', '.node'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
