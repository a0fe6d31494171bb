import { defineConfig } from 'vitest/config';

/** Tests of what cannot be had without the real servers; the others run without starting any. */
const NEED_SERVERS = [
  'test/flow/**/*.test.ts',
  'test/stack/embedded-mongo.test.ts',
  'test/sample/feeder.test.ts',
  'test/projector/{kafka,stores}/**/*.test.ts',
  'test/projector/composition/restarts.test.ts',
  'test/api/{readers,freshness,relevance}/**/*.test.ts',
  'test/api/history/kafka/**/*.test.ts',
  'test/runtime/kafkajs/**/*.test.ts',
  'test/attack/flow/**/*.test.ts',
];

/** Long, and on servers of their own that they stop and kill: only where asked for by name. */
const FAULTS = 'test/faults/**/*.test.ts';
const areFaultsAsked = /--project[ =]faults\b/.test(process.argv.join(' '));

const common = {
  pool: 'forks',
  testTimeout: 60_000,
  hookTimeout: 120_000,
  teardownTimeout: 30_000,
} as const;

export default defineConfig({
  test: {
    // The servers share the processors with the tests.
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: 'pure', include: ['test/**/*.test.ts'], exclude: [...NEED_SERVERS, FAULTS] } },
      { test: { ...common, name: 'servers', include: NEED_SERVERS, globalSetup: ['test/servers.ts'] } },
      ...(areFaultsAsked
        ? [
            {
              test: {
                ...common,
                name: 'faults',
                include: [FAULTS],
                globalSetup: ['test/faults/addresses.ts'],
                fileParallelism: false,
              },
            },
          ]
        : []),
    ],
  },
});
