import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { buildContainer } from '../src/container/container.ts';
import { loadConfig } from '../src/settings.ts';
import { DEFAULT_VERSION, pathOf, surfaceOf, VERSIONS } from '../src/tams/versions/surfaces.ts';

/** Everything that is off by default: what the document shows is all that a server can do. */
const EVERYTHING_ON = { SOFT_DELETE: 'true', AUTH_MODE: 'token,url_token,basic' };

/** The file in this folder that a version's document is checked in as. */
export const openApiFile = (version: string): string =>
  version === DEFAULT_VERSION ? 'openapi.json' : `openapi-${version}.json`;

/**
 * The OpenAPI document of a version as it is checked in: that of a server with every feature on. The default version's is
 * the one of the root.
 *
 * @throws Error for a version that the server does not speak
 */
export async function openApiText(version: string = DEFAULT_VERSION): Promise<string> {
  if (!VERSIONS.includes(version)) throw new Error(`there is no version ${version}, only ${VERSIONS.join(' and ')}`);
  const dataDir = await mkdtemp(join(tmpdir(), 'tams-openapi-'));
  try {
    const config = loadConfig({ DATA_DIR: dataDir, ...EVERYTHING_ON });
    const container = await buildContainer(config, '0.0.0', pino({ level: 'silent' }));
    try {
      const path = version === DEFAULT_VERSION ? '' : pathOf(surfaceOf(version));
      const response = await container.app.inject({ url: `${path}/openapi.json` });
      if (response.statusCode !== 200) throw new Error(`${path}/openapi.json: ${response.body}`);
      return `${JSON.stringify(response.json(), null, 2)}\n`;
    } finally {
      await container.close();
    }
  } finally {
    await rm(dataDir, { recursive: true });
  }
}
