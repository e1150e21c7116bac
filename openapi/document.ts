import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { buildContainer } from '../src/container/container.ts';
import { loadConfig } from '../src/settings.ts';

/** Everything that is off by default: what the document shows is all that a server can do. */
const EVERYTHING_ON = { SOFT_DELETE: 'true', AUTH_MODE: 'token,url_token,basic' };

/** The OpenAPI document as it is checked in: that of a server with every feature on. */
export async function openApiText(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tams-openapi-'));
  try {
    const config = loadConfig({ DATA_DIR: dataDir, ...EVERYTHING_ON });
    const container = await buildContainer(config, '0.0.0', pino({ level: 'silent' }));
    try {
      return `${JSON.stringify(container.app.swagger(), null, 2)}\n`;
    } finally {
      await container.close();
    }
  } finally {
    await rm(dataDir, { recursive: true });
  }
}
