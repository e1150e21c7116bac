import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { OBJECTS } from '../../../src/tams/objects/object-tables.ts';
import { onTables } from './support/filled-tables.ts';
import { runMgmt, type Result } from './support/run-mgmt.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const run = promisify(execFile);
const KINDS = ['database', 'arrow'] as const;

/** `BACKUP_ROWS=5000000` shows the same of a large server. */
const ROWS = Number(process.env['BACKUP_ROWS'] ?? 300_000);
const BATCH_ROWS = 10_000;
const WIDE_ROWS = 1000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-backup-limits-'));
  await onTables({ DATA_DIR: join(folder, 'data') }, async ({ manager }) => {
    for (let start = 0; start < ROWS; start += BATCH_ROWS) {
      const rows = Array.from({ length: BATCH_ROWS }, (_, row) => [`object-${start + row}`, 'a flow', true, false]);
      await manager.transaction((tx) =>
        tx.insertArrays(OBJECTS.name, ['id', 'first_flow', 'referenced', 'reclaiming'], rows),
      );
    }
    const wide = Array.from({ length: WIDE_ROWS }, (_, row) => [`wide-${row}`, 'x'.repeat(100_000), true, false]);
    await manager.transaction((tx) =>
      tx.insertArrays(OBJECTS.name, ['id', 'first_flow', 'referenced', 'reclaiming'], wide),
    );
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const backup = (to: string, kind: string): Promise<Result> =>
  runMgmt(['backup', to, '--as', kind], { DATA_DIR: join(folder, 'data') });

/** A disk of its own, of two MiB; undefined where this user may not mount any. */
async function smallDisk(): Promise<string | undefined> {
  const disk = join(folder, 'small disk');
  await mkdir(disk);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
    return disk;
  } catch {
    await rm(disk, { recursive: true });
    return undefined;
  }
}

describe.each(KINDS)('a backup as %s', (kind) => {
  it('onto a full disk names that disk, and leaves nothing there', async ({ skip }) => {
    const disk = await smallDisk();
    if (disk === undefined) return skip('this user may not mount a file system');
    onTestFinished(async () => {
      await run('umount', [disk]);
      await rm(disk, { recursive: true });
    });
    const { code, err } = await backup(join(disk, 'backup'), kind);
    expect(code).toBe(2);
    expect(err).toMatch(/no space left (for|in) \S+small disk/);
    expect(err).not.toContain(join(folder, 'data'));
    expect(await readdir(disk)).toEqual([]);
  });

  it('takes no more than 250 MB of memory, whatever its size', async () => {
    const to = join(folder, `backup-${kind}`);
    expect((await peakOf(to, kind)) / 1e6).toBeLessThan(250);
  });
});

/** The most that a backup's process had resident, in bytes. */
async function peakOf(to: string, kind: string): Promise<number> {
  const script = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS * 1024 + '\\n'));`;
  const { stderr } = await run('npm', ['run', '--silent', 'mgmt', '--', 'backup', to, '--as', kind], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: join(folder, 'data'),
      NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(script)}"`,
    },
  });
  const [, peak = ''] = /^peak (\d+)$/m.exec(stderr) ?? [];
  return Number(peak);
}
