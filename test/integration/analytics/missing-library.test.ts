import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { ServerProcess } from '../../../demo/server-process.ts';
import { call } from '../../support/http-client.ts';

/* A machine that DuckDB has no binaries for: the same server, without that one package. */

const project = fileURLToPath(new URL('../../../', import.meta.url));

async function withoutDuckDB(folder: string): Promise<void> {
  await cp(join(project, 'src'), join(folder, 'src'), { recursive: true });
  await cp(join(project, 'package.json'), join(folder, 'package.json'));
  await mkdir(join(folder, 'node_modules'));
  for (const name of await readdir(join(project, 'node_modules'))) {
    if (name !== '@duckdb') await symlink(join(project, 'node_modules', name), join(folder, 'node_modules', name));
  }
}

it('without DuckDB the analytics say so, and everything else goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tams-without-duckdb-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await withoutDuckDB(folder);
  const server = await ServerProcess.start({ dataDir: join(folder, 'data'), before: `cd '${folder}'` });
  onTestFinished(async () => {
    await server.kill();
  });
  for (const path of ['/analytics/aggregates/summary', '/analytics/export']) {
    const { status, json } = await call(server.baseUrl, 'GET', path);
    expect([status, (json as { type: string }).type], path).toEqual([503, 'analytics_unavailable']);
  }
  for (const path of ['/flows', '/analytics/catalog', '/analytics/export?format=arrow']) {
    expect((await call(server.baseUrl, 'GET', path)).status, path).toBe(200);
  }
});
