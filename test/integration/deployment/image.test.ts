import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestServer } from '../../support/test-server.ts';

const dockerfile = readFileSync('Dockerfile', 'utf8');
const { dependencies, scripts, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Record<string, string>;
  scripts: Record<string, string>;
  version: string;
};

const FOLDERS = ['src', 'mgmt', 'openapi'];

/** What the final stage copies from this folder. */
const copied = [...(dockerfile.split('FROM scratch')[1] ?? '').matchAll(/^COPY --chmod=0555 (.+) \.\/?\S*$/gm)].flatMap(
  ([, sources = '']) => sources.split(' '),
);

describe('the image', () => {
  it('starts the server as npm start does', () => {
    const [, list = ''] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    expect((JSON.parse(list) as string[]).join(' ')).toBe(
      scripts['start']?.replace(' --import ./src/shared/env-file.js', ''),
    );
  });

  it('has the compiled code of the server, for the flags that it starts with', () => {
    const [, list = ''] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    expect(dockerfile).toContain(`RUN compile.sh /app ${(JSON.parse(list) as string[]).join(' ')}\n`);
  });

  it('is healthy while the server answers on the port that it has', async () => {
    const [, list = ''] = /^HEALTHCHECK [^[]*CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    const [node, ...args] = JSON.parse(list) as string[];
    expect(node).toBe('node');
    const server = await startTestServer();
    onTestFinished(() => server.close());
    const exitCode = async (env: Record<string, string>): Promise<unknown> => {
      const child = spawn(process.execPath, args, { env, stdio: 'ignore' });
      return (await once(child, 'exit'))[0] as unknown;
    };
    const { port } = new URL(server.baseUrl);
    expect(await exitCode({ PORT: port })).toBe(0);
    expect(await exitCode({ PORT: '1', METRICS_PORT: port })).toBe(0);
    expect(await exitCode({ PORT: '1' })).toBe(1);
  });

  it('has the source files, and lets nothing else of this folder through', () => {
    expect(copied).toEqual(['package.json', 'LICENSE', ...FOLDERS]);
    const allowed = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(allowed[0]).toBe('*');
    const inBuild = [
      'package-lock.json',
      'tsconfig.json',
      'web',
      'demo/clip',
      'docker/prune-modules.sh',
      'docker/runtime-root.sh',
      'docker/compile.sh',
    ];
    const passed = [...copied, ...inBuild].map((path) => `!${path}`);
    // The page is built anew, with libraries of its own.
    expect(allowed.slice(1).sort()).toEqual([...passed, 'web/dist', 'web/node_modules'].sort());
  });

  it('has the page, as a stage of its own builds it', () => {
    expect(dockerfile).toMatch(/^COPY --from=page .*\/app\/web\/dist \.\/web\/dist$/m);
  });

  it('builds the page of the files that this stage has', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tams-page-stage-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [, stage = ''] = /AS page\n([^]*?)\nFROM /.exec(dockerfile) ?? [];
    const lines = [...stage.matchAll(/^COPY (.+) (\.\S*)$/gm)];
    expect(lines.length).toBeGreaterThan(2);
    const unsent = ['web/dist', 'web/node_modules'].map((path) => join(process.cwd(), path));
    for (const [, sources = '', target = ''] of lines) {
      for (const source of sources.split(' ')) {
        const to = target === './' ? join(folder, source) : join(folder, target);
        await cp(source, to, { recursive: true, filter: (path) => !unsent.includes(resolve(path)) });
      }
    }
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    await symlink(resolve('web/node_modules'), join(folder, 'web/node_modules')).catch(() => undefined);
    await promisify(execFile)(resolve('node_modules/.bin/vite'), ['build'], { cwd: join(folder, 'web') });
    expect(existsSync(join(folder, 'web/dist/index.html'))).toBe(true);
  });

  it('has every package that these files import', () => {
    const files = FOLDERS.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.[jt]s$/.test(name))
        .map((name) => join(folder, name)),
    );
    expect(files.length).toBeGreaterThan(200);
    const missing = files.flatMap((file) =>
      importsOf(readFileSync(file, 'utf8'))
        .filter((name) => !isBuiltin(name) && !name.startsWith('.'))
        .map((name) => (name.startsWith('@') ? name.split('/', 2).join('/') : (name.split('/')[0] ?? '')))
        .filter((name) => !(name in dependencies))
        .map((name) => `${file} imports ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('imports nothing of this folder that it does not have', () => {
    const tooFar = FOLDERS.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.[jt]s$/.test(name))
        .flatMap((name) =>
          importsOf(readFileSync(join(folder, name), 'utf8'))
            .filter((path) => path.startsWith('.'))
            .map((path) => join(folder, name, '..', path))
            .filter((path) => !FOLDERS.includes(path.split('/')[0] ?? '')),
        ),
    );
    expect(tooFar).toEqual([]);
  });

  it('is named for the version of the server, in the chart and in compose too', () => {
    expect(readFileSync('helm/vast-tams/Chart.yaml', 'utf8')).toContain(`\nappVersion: ${version}\n`);
    expect(readFileSync('docker/compose.production.yaml', 'utf8')).toContain(`vast-tams:${version}}`);
  });
});

/** What a file imports when it runs; types are gone by then. */
function importsOf(source: string): string[] {
  const statements = source.matchAll(/^(?:import|export)(?! type )[\s\w{},*]*? from '([^']+)';$/gm);
  const effects = source.matchAll(/^import '([^']+)';$/gm);
  const calls = source.matchAll(/\bimport\('([^']+)'\)/g);
  return [...statements, ...effects, ...calls].map(([, name = '']) => name);
}
