import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { postgresBinaries } from './test/support/postgres-server.ts';

/** Left to `npm run test:all`: processes that are killed or filled up, replicas, the second engine, and tools to be installed. */
const SLOW = [
  'test/acceptance/**/*.test.ts',
  'test/integration/{deployment,mgmt-data,replicas}/**/*.test.ts',
  'test/integration/**/*s3*.test.ts',
  // They wait for leases to end, or for minutes of events.
  'test/integration/{search-watch,webhook-handover,webhook-held-up}.test.ts',
  'test/integration/mgmt/restore.test.ts',
  'test/integration/vastdb/{*-on-vast,vast-*}.test.ts',
  'test/integration/vastdb/vast-emulator/*.test.ts',
  'test/**/*.slow.test.ts',
];

/** HTTP and what goes through a store: it has to hold on every table engine. */
const ON_EVERY_ENGINE = [
  'test/conformance/**/*.test.ts',
  'test/integration/{http,behaviour,auth,operation,search,versions}/**/*.test.ts',
  'test/integration/{event-cost,leases,write-cost}.test.ts',
  'test/integration/media/server-on-s3.test.ts',
  'test/integration/mgmt/import-targets.slow.test.ts',
  'test/acceptance/{exr-kill,kill,main-job,soft-delete-kill,two-servers,webhooks-kill}.test.ts',
];

/** What goes over HTTP besides, on a server as users run it; docs/postgres.md says what is left out. */
const ON_POSTGRES = [
  'test/acceptance/{guides,life-of-a-server,search-kill,stop-under-load}.test.ts',
  'test/integration/{analytics,exr}/**/*.test.ts',
  'test/integration/{event-dispatcher,search-watch,webhook-handover,webhook-held-up,webhook-progress}.test.ts',
];

/** A process refuses what overloads it before it asks any table. */
const NOT_OF_TABLES = [
  'test/integration/operation/overload.slow.test.ts',
  'test/integration/search/object-storage-s3.test.ts',
];

/** Where 7.0 and 8.2 agree: these are run over each; a test that one of them alone can pass says so. */
const ON_EITHER_VERSION = [
  'test/integration/behaviour/*.test.ts',
  'test/integration/http/{bodies,deletions,flows,fuzz,listings,playback,properties,request-forms,retention,segments}.test.ts',
  'test/integration/http/{shown-times,source-names,storage-and-objects,tag-names,timeline}.test.ts',
];

/**
 * Webhooks as 7.0 registers them, which `test/integration/versions` compares with 8.2's, and what is the same code whichever version
 * is asked: settings, workers and threads.
 */
const OF_ONE_VERSION = [
  'test/integration/behaviour/{webhooks,webhook-delivery}.test.ts',
  'test/integration/behaviour/{configuration,deletion-lanes,faults,service-info}.test.ts',
];

/** State that one process of a server could keep to itself: pages, rows, logins, keys of cursors, events, timings, jobs. */
const OVER_PROCESSES = [
  'test/conformance/operations.test.ts',
  'test/integration/http/{analytics,flows,search-assets}.test.ts',
  'test/integration/behaviour/{events,segments}.test.ts',
  'test/integration/auth/{classes,sign-in}.test.ts',
];

/** What several replicas do at once to tables that they share. */
const ON_SHARED_TABLES = ['test/integration/replicas/{storm,write-skew}.test.ts'];

const onPostgres = {
  extends: true as const,
  test: {
    name: 'postgres',
    globalSetup: './test/support/start-postgres.ts',
    setupFiles: './test/support/drop-tables.ts',
    include: [...ON_EVERY_ENGINE, ...ON_POSTGRES, ...ON_SHARED_TABLES],
    exclude: NOT_OF_TABLES,
    env: { TEST_TABLE_ENGINE: 'postgres', KILL_ROUNDS: '4' },
  },
};

if (postgresBinaries() === undefined) console.warn('The project postgres is left out: PostgreSQL is not installed.');

export default defineConfig({
  test: {
    // These end what hangs, and have to be far from what a busy machine needs.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    globalSetup: './test/support/build-page.ts',
    expect: { poll: { timeout: 60_000 } },
    // Files share a worker's modules: to load the server anew for each of them, and to run it cold, took half of the time.
    isolate: false,
    // Tests wait for processes and times: two workers leave a part of two cores idle.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    reporters: ['default', './test/support/slowest-tests.ts'],
    projects: [
      { extends: true, test: { name: 'sqlite', include: ['test/**/*.test.ts'], exclude: SLOW } },
      {
        extends: true,
        test: {
          name: 'slow',
          // They fill disks, break connections and measure memory: a worker of its own for each.
          isolate: true,
          exclude: ON_SHARED_TABLES,
          // Few requests of each operation with every change, many of them here.
          include: [...SLOW, 'test/integration/http/fuzz.test.ts', 'test/integration/versions/random-store.test.ts'],
          env: { FUZZ_RUNS: process.env['FUZZ_RUNS'] ?? '20' },
        },
      },
      {
        extends: true,
        test: {
          name: 'newer',
          include: ON_EITHER_VERSION,
          exclude: OF_ONE_VERSION,
          env: { TEST_API_VERSION: '8.2' },
        },
      },
      { extends: true, test: { name: 'workers', include: OVER_PROCESSES, env: { TEST_WORKERS: '2' } } },
      {
        extends: true,
        test: {
          name: 'vast',
          setupFiles: './test/support/drop-tables.ts',
          include: [...ON_EVERY_ENGINE, ...ON_SHARED_TABLES],
          exclude: NOT_OF_TABLES,
          // The cluster keeps what is written, not the server: fewer kills show as much.
          env: { TEST_TABLE_ENGINE: 'vast', KILL_ROUNDS: '4' },
        },
      },
      ...(postgresBinaries() === undefined ? [] : [onPostgres]),
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'coverage',
    },
  },
});
