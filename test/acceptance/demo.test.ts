import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Starts what `npm run demo` runs, collecting what it prints. */
function startDemo(...args: readonly string[]): {
  child: ChildProcessWithoutNullStreams;
  output: () => string;
  code: Promise<unknown>;
} {
  const child = spawn(process.execPath, ['demo/demo.ts', ...args], { env: { ...process.env, NO_COLOR: '1' } });
  let output = '';
  const collect = (chunk: Buffer): string => (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return { child, output: () => output, code: once(child, 'close').then(([code]: unknown[]) => code) };
}

const folderOf = (output: string): string => /its data in (\S+)\.$/m.exec(output)?.[1] ?? 'no folder was named';

describe('npm run demo', () => {
  it('is the demo that these tests run', () => {
    expect(scripts.demo).toBe('node demo/demo.ts');
  });

  it('tells the whole story, finds that everything matched and leaves nothing behind', async () => {
    const { output, code } = startDemo();
    expect(await code, output()).toBe(0);
    const story = output();
    expect(story).toContain('Everything matched.');
    expect(story.match(/SHA-256 \w+… is that of the upload/g)).toHaveLength(6);
    expect(story).toMatch(/video +\[ +0 +\]\[ +1 +\]\[█+2█+\]\[█+3█+\]\[█+4█+\]\[ +5 +\]/);
    expect(story).toContain('segment_overlap');
    expect(story).not.toContain('\u001b[');
    expect(existsSync(folderOf(story))).toBe(false);
  });

  it('keeps the clip and the server until it is interrupted, where it is told to', async () => {
    const { child, output, code } = startDemo('--keep');
    while (!output().includes('Look at it: ')) await once(child.stdout, 'data');
    const page = /Look at it: (\S+)\/ui\/\./.exec(output())?.[1] ?? '';
    expect(await (await fetch(`${page}/flows`)).json()).toHaveLength(3);
    child.kill('SIGINT');
    expect(await code, output()).toBe(0);
    expect(existsSync(folderOf(output()))).toBe(false);
  });

  it('cleans up when it is interrupted', async () => {
    const { child, output, code } = startDemo();
    while (!output().includes('1. Create the flows')) await once(child.stdout, 'data');
    const folder = folderOf(output());
    expect(existsSync(folder)).toBe(true);
    child.kill('SIGINT');
    expect(await code, output()).toBe(130);
    expect(existsSync(folder)).toBe(false);
    expect(output()).not.toContain('Everything matched.');
    const { port } = new URL(/at (http:\/\/\S+),/.exec(output())?.[1] ?? '');
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });
});
