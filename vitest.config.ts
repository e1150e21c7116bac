import { defineConfig } from 'vitest/config';

/** What goes over HTTP or through a store, and so has to hold on every table engine. */
const ON_EVERY_ENGINE = [
  'test/conformance/**/*.test.ts',
  'test/integration/{http,behaviour,auth,operation}/**/*.test.ts',
  'test/integration/{event-cost,leases}.test.ts',
  'test/integration/media/server-on-s3.test.ts',
  'test/acceptance/{exr-kill,kill,main-job,soft-delete-kill,two-servers,webhooks-kill}.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is polled for is done soon, but not within the default of one second where other tests have the machine.
    expect: { poll: { timeout: 10_000 } },
    // Many tests wait, for times of grace above all: one core less would double the time on two.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: { name: 'sqlite', include: ['test/{unit,integration,conformance,acceptance}/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'vast',
          include: ON_EVERY_ENGINE,
          // What a process refuses when it is overloaded is decided before any table is asked.
          exclude: ['test/integration/operation/overload.test.ts'],
          // It is the cluster that keeps what is written: fewer kills show as much of the server.
          env: { TEST_TABLE_ENGINE: 'vast', KILL_ROUNDS: '4' },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'coverage',
    },
  },
});
