import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { copyFile, cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const PROJECT = new URL('../..', import.meta.url).pathname;
const run = promisify(execFile);

/** The results of type-checking the whole: without a feature, TypeScript checks again only what it has an effect on. */
const WHOLE = 'whole.tsbuildinfo';

let copy: string;

async function typeCheck(buildInfo: string): Promise<string> {
  const args = ['-p', 'tsconfig.all.json', '--noEmit', '--incremental', '--tsBuildInfoFile', buildInfo];
  return (await run('node_modules/.bin/tsc', args, { cwd: copy })).stdout;
}

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'tams-deleted-features-'));
  for (const name of ['package.json', 'tsconfig.json']) await cp(join(PROJECT, name), join(copy, name));
  await symlink(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  for (const name of ['src', 'mgmt', 'openapi']) await cp(join(PROJECT, name), join(copy, name), { recursive: true });
  const all = { extends: './tsconfig.json', include: ['src', 'mgmt', 'openapi'] };
  await writeFile(join(copy, 'tsconfig.all.json'), JSON.stringify(all));
  await typeCheck(WHOLE);
});

afterAll(() => rm(copy, { recursive: true }));

const folders = await readdir(join(PROJECT, 'src/features'), { withFileTypes: true });
const features = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);

/** Its commands, and the systems that it imports from, by the names of its files. */
const commandsOf = (feature: string): string[] =>
  globSync('{commands/*-command,import/take-*}.ts', { cwd: join(PROJECT, 'src/features', feature) }).map((file) =>
    parse(file).name.replace(/-command$|^take-/, ''),
  );

async function commandsIn(...args: string[]): Promise<(string | undefined)[]> {
  const help = await run(process.execPath, ['mgmt/main.js', ...args, '--help'], { cwd: copy });
  return [...help.stdout.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
}

it.each(features)(
  'without the folder of %s and its name in the list, the rest is type-checked, starts, serves TAMS and has no command of it',
  async (feature) => {
    await rm(join(copy, 'src'), { recursive: true, force: true });
    await cp(join(PROJECT, 'src'), join(copy, 'src'), { recursive: true });
    await rm(join(copy, 'src/features', feature), { recursive: true });
    const list = join(copy, 'src/features.ts');
    const text = await readFile(list, 'utf8');
    const without = text
      .split('\n')
      .filter((line) => !line.startsWith(`import { ${feature} }`) && line !== `  ${feature},`)
      .join('\n');
    expect(without).not.toContain(feature);
    await writeFile(list, without);

    const buildInfo = `${feature}.tsbuildinfo`;
    await copyFile(join(copy, WHOLE), join(copy, buildInfo));
    expect(await typeCheck(buildInfo)).toBe('');

    const commands = [...(await commandsIn()), ...(await commandsIn('import'))];
    expect(commands).toEqual(expect.arrayContaining(['verify', 'vasttams']));
    const gone = new Set<string | undefined>(commandsOf(feature));
    expect(commands.filter((name) => gone.has(name))).toEqual([]);

    const env = { PATH: process.env['PATH'], PORT: '0', DATA_DIR: join(copy, `data-${feature}`) };
    const server = spawn(process.execPath, ['src/main.js'], { cwd: copy, env, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const lines = createInterface(server.stdout);
      let baseUrl: string | undefined;
      for await (const line of lines) {
        baseUrl = /TAMS .* at (http:\/\/[^/]+)\//.exec(line)?.[1];
        if (baseUrl !== undefined) break;
      }
      expect((await fetch(`${baseUrl}/flows`)).status).toBe(200);
      expect((await fetch(`${baseUrl}/readyz`)).status).toBe(200);
    } finally {
      server.kill();
      await once(server, 'exit');
    }
  },
);
