import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { CallResult } from '../../../support/http-client.ts';
import { dropTables } from '../../../support/table-engine.ts';
import { startTestServer, type TestServer } from '../../../support/test-server.ts';
import { Api, until } from './api.ts';

export interface Deleted {
  readonly id: string;
  readonly deleted: true;
  readonly deleted_at: string;
  readonly deleted_by: string;
  readonly deletion_id: string;
  readonly [property: string]: unknown;
}

export interface Restored {
  readonly flow_id: string;
  readonly deletion_id: string;
  readonly restored_segments: number;
  readonly conflicts: readonly { readonly timerange: string; readonly error: { readonly type: string } }[];
  readonly conflict_count: number;
  readonly remaining: boolean;
  readonly timerange_remaining?: string;
  readonly left_out: { readonly members: readonly string[]; readonly collected_by: readonly string[] };
}

/** A server that keeps what is deleted, and its data directory. */
export class TrashWorld {
  readonly dataDir: string;
  #server: TestServer;

  private constructor(dataDir: string, server: TestServer) {
    this.dataDir = dataDir;
    this.#server = server;
  }

  static async start({ onTestFinished }: TestContext, env: Record<string, string> = {}): Promise<TrashWorld> {
    const dataDir = await mkdtemp(join(tmpdir(), 'tams-trash-'));
    const world = new TrashWorld(dataDir, await listen(dataDir, env));
    onTestFinished(async () => {
      await world.#server.close();
      await dropTables(dataDir);
      await rm(dataDir, { recursive: true });
    });
    return world;
  }

  get api(): Api {
    return new Api(this.#server.baseUrl);
  }

  async restart(env: Record<string, string> = {}): Promise<void> {
    await this.#server.close();
    this.#server = await listen(this.dataDir, env);
  }

  deleted(kind: 'flows' | 'sources' | 'segments', query = ''): Promise<Deleted[]> {
    return this.api.all<Deleted>(`/internal/deleted/${kind}?limit=1000&${query}`);
  }

  restoreFlow(flowId: string, query = ''): Promise<Restored> {
    return this.api.must('POST', `/internal/flows/${flowId}/restore?${query}`);
  }

  restoreSegments(flowId: string, query: string): Promise<Restored> {
    return this.api.must('POST', `/internal/flows/${flowId}/segments/restore?${query}`);
  }

  post(path: string): Promise<CallResult> {
    return this.api.send('POST', path);
  }

  /** The number of files that hold media. */
  async mediaFiles(): Promise<number> {
    const entries = await readdir(join(this.dataDir, 'media'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  }

  lookForDue(): Promise<void> {
    return this.#server.lookForDue();
  }

  untilNoFiles(): Promise<true> {
    return until(async () => {
      await this.lookForDue();
      try {
        return (await this.mediaFiles()) === 0 ? true : undefined;
      } catch (error) {
        // A folder went while it was read.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    });
  }
}

function listen(dataDir: string, env: Record<string, string>): Promise<TestServer> {
  return startTestServer({
    dataDir,
    inProcess: 'lookForDue',
    env: { SOFT_DELETE: 'true', RECLAIM_GRACE_S: '0', ...env },
  });
}
