import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { startTestServer, type TestServer } from '../../../support/test-server.ts';
import { Api, until } from './api.ts';

/** A server on a data directory of its own, which can be started again. */
export class World {
  readonly dataDir: string;
  #server: TestServer;

  private constructor(dataDir: string, server: TestServer) {
    this.dataDir = dataDir;
    this.#server = server;
  }

  static async start({ onTestFinished }: TestContext, env: Record<string, string> = {}): Promise<World> {
    const dataDir = await mkdtemp(join(tmpdir(), 'tams-reclaim-'));
    const world = new World(dataDir, await World.#listen(dataDir, env));
    onTestFinished(async () => {
      await world.#server.close();
      await rm(dataDir, { recursive: true });
    });
    return world;
  }

  static #listen(dataDir: string, env: Record<string, string>): Promise<TestServer> {
    return startTestServer({ dataDir, inProcess: 'lookForDue', env: { RECLAIM_GRACE_S: '0', ...env } });
  }

  get api(): Api {
    return new Api(this.#server.baseUrl);
  }

  async restart(): Promise<void> {
    await this.#server.close();
    this.#server = await World.#listen(this.dataDir, {});
  }

  /** The files that hold media. */
  mediaFiles(): Promise<string[]> {
    return until(async () => {
      try {
        const entries = await readdir(join(this.dataDir, 'media'), { recursive: true, withFileTypes: true });
        return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
      } catch (error) {
        // A folder went while it was read.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    });
  }

  lookForDue(): Promise<void> {
    return this.#server.lookForDue();
  }

  async untilFiles(count: number): Promise<void> {
    await until(async () => {
      await this.lookForDue();
      return (await this.mediaFiles()).length === count ? true : undefined;
    });
  }

  async isGone(objectId: string): Promise<boolean> {
    return (await this.api.send('GET', `/objects/${objectId}`)).status === 404;
  }

  async untilGone(objectId: string): Promise<void> {
    await until(async () => {
      await this.lookForDue();
      return (await this.isGone(objectId)) ? true : undefined;
    });
  }
}
