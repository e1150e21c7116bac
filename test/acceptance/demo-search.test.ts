import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

describe('npm run demo:search', () => {
  it('is the demo that this test runs', () => {
    expect(scripts['demo:search']).toBe('node demo/search/demo.ts');
  });

  it('finds what was said, leads to the segments that hold it, and leaves nothing behind', async () => {
    const child = spawn(process.execPath, ['demo/search/demo.ts'], { env: { ...process.env, NO_COLOR: '1' } });
    let story = '';
    const collect = (chunk: Buffer): string => (story += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const [code] = (await once(child, 'close')) as unknown[];
    expect(code, story).toBe(0);
    expect(story).toContain('Engineer: The colour bars tell whether the signal is right.');
    expect(story).toContain('[102:200000000_103:600000000)');
    expect(story).toMatch(/video +\[ +0 +\]\[ +1 +\]\[█+2█+\]\[█+3█+\]\[ +4 +\]\[ +5 +\]/);
    expect(story.match(/SHA-256 \w+… is that of the upload/g)).toHaveLength(2);
    expect(story).toContain('missing: 1004 to 1005');
    expect(story).toContain('Everything matched.');
    expect(existsSync(/its data in (\S+)\.$/m.exec(story)?.[1] ?? 'no folder was named')).toBe(false);
  });
});
