/** The architecture as rules: who may import whom. Run by `npm run check`. */
const only = (library, places) => ({
  name: `${library.replace(/\W+/g, '-')}-only-in-its-adapters`,
  comment: `${library} is imported by its adapters only; everything else knows a port.`,
  severity: 'error',
  from: { path: '^(projector|api|mappings|runtime)/', pathNot: places },
  to: { path: `^node_modules/${library}/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Imports run one way. Types may refer to each other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
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
