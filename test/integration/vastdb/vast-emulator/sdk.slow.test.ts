import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { pythonWith, VAST_SDK } from '../../../support/python.ts';
import { startVastEmulator } from '../../../support/vast-emulator/index.ts';

const run = promisify(execFile);
/** What its tests import besides what it needs itself. */
const FOR_ITS_TESTS = ['pytest', 'pytest-check', 'pandas', 'boto3', 'duckdb', 'toolz', 'xmltodict'];
const TESTS_MS = 900_000;

/** Tests that no emulator of the tables can pass, with the reason. */
const CANNOT = {
  'test_adbc_integration.py': 'the closed ADBC driver',
  'test_vector_search.py': 'the closed ADBC driver',
  'test_vector_index.py': 'a server of version 5.5, and the closed ADBC driver',
  'test_imports.py': 'files in an S3 bucket of the same cluster',
  'test_duckdb.py': 'an older DuckDB',
  'test_projections.py::test_query_data_with_projection':
    'rows in the order of a projection; here their order says nothing',
  'test_projections.py::test_projection_stats': 'sizes in lists; here they are not kept',
  'test_tables.py::test_list_columns_with_pagination':
    'lists of 64,000 columns in one answer that are refused for their size; that of a cluster is not known',
  'test_tables.py::test_select_splits_sanity': 'splits of another size than the emulator cuts',
  'test_tables.py::test_catalog_select': 'the tables of the system',
  'test_tables.py::test_catalog_snapshots_select': 'the tables of the system',
  'test_tables.py::test_audit_log_select': 'the tables of the system',
  'test_tables.py::test_elysium_splits': 'it sleeps for five minutes',
};

const python = await pythonWith(VAST_SDK, ...FOR_ITS_TESTS);

describe.skipIf(typeof python !== 'string')("the vendor's own tests", () => {
  it(
    'pass on the emulator, but for those that want more than tables',
    async () => {
      const interpreter = python as string;
      const { stdout } = await run(interpreter, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']);
      const packages = stdout.trim();
      const emulator = await startVastEmulator({ seed: 0 });
      const left = Object.keys(CANNOT).map((name) => ['--deselect', `vastdb/tests/${name}`]);
      const args = [
        ...['-m', 'pytest', '-p', 'no:cacheprovider', '-q', '--tb=line', '-r', 'fE'],
        // By path: named as a module, the package's conftest is found too late for its options, or twice.
        ...['--rootdir', packages, 'vastdb/tests', ...left.flat()],
        ...['--tabular-endpoint-url', emulator.endpoints[0] ?? '', '--tabular-bucket-name', emulator.bucket],
        ...['--tabular-access-key', emulator.accessKey, '--tabular-secret-key', emulator.secretKey],
      ];
      try {
        const outcome = await run(interpreter, args, {
          timeout: TESTS_MS,
          maxBuffer: 2 ** 26,
          cwd: packages,
        }).catch((error: unknown) => error as { stdout: string; stderr: string });
        const summary = outcome.stdout.trimEnd().split('\n').at(-1) ?? '';
        const failed = outcome.stdout.split('\n').filter((line) => /^(FAILED|ERROR) /.test(line));
        expect(failed, summary).toEqual([]);
        expect(Number(/(\d+) passed/.exec(summary)?.[1]), summary + outcome.stderr).toBeGreaterThan(500);
      } finally {
        await emulator.close();
      }
    },
    TESTS_MS,
  );
});
