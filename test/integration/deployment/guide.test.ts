import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { findHelm, helm } from './support/go-tools.ts';
import { SERVER_VARIABLES } from './support/settings.ts';

const run = promisify(execFile);
const guide = readFileSync('docs/deployment.md', 'utf8');

/** The commands of the guide, those over several lines as one. */
const commands = [...guide.matchAll(/```bash\n(.*?)```/gs)].flatMap(([, block = '']) =>
  block
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== ''),
);
const beginningWith = (start: string): string[] => commands.filter((command) => command.startsWith(start));

const binary = findHelm();

describe('docs/deployment.md', () => {
  it.skipIf(binary === undefined)('installs the chart with values that it takes', () => {
    const installations = beginningWith('helm upgrade --install ');
    expect(installations.length).toBe(3);
    for (const command of installations) {
      const args = command.replace('helm upgrade --install ', '').split(' ');
      expect(helm(binary ?? '', 'template', '--kube-version', '1.31.0', ...args)).toContain('kind: Deployment');
    }
  });

  it('names files that are there, and scripts that can be run', () => {
    const files = commands.flatMap((command) => command.match(/\b(docker|helm)\/[\w./-]+/g) ?? []);
    expect(files.length).toBeGreaterThan(6);
    for (const file of files) expect(existsSync(file), file).toBe(true);
    for (const script of beginningWith('docker/')) accessSync(script.split(' ')[0] ?? '', constants.X_OK);
  });

  it('sets variables that the server knows', () => {
    const names = commands.flatMap((command) => [...command.matchAll(/--env (\w+)=/g)].map(([, name = '']) => name));
    expect(names.length).toBeGreaterThan(1);
    expect(names.filter((name) => !SERVER_VARIABLES.has(name))).toEqual([]);
  });

  it('sets what the compose files want to be told, before each command that reads them', () => {
    const set = new Set<string>();
    let read = 0;
    for (const command of commands) {
      const [, exported] = /^export (\w+)=/.exec(command) ?? [];
      if (exported !== undefined) set.add(exported);
      for (const [, file = ''] of command.matchAll(/ -f (docker\/\S+)/g)) {
        read += 1;
        const wanted = [...readFileSync(file, 'utf8').matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name);
        expect(
          wanted.filter((name) => !set.has(name) && !command.startsWith(`${name}=`)),
          command,
        ).toEqual([]);
      }
    }
    expect(read).toBeGreaterThan(4);
  });

  it("runs the operators' commands as the image has them", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tams-guide-'));
    onTestFinished(() => rm(dataDir, { recursive: true }));
    const ofMgmt = commands.flatMap((command) => /node (mgmt\/main\.js .*)$/.exec(command)?.slice(1) ?? []);
    expect(ofMgmt.length).toBe(5);
    // Each of them where the one before has left things.
    for (const command of new Set(ofMgmt)) {
      const args = command.replaceAll('/var/lib/tams', dataDir).split(' ');
      const { stdout } = await run(process.execPath, args, { env: { DATA_DIR: dataDir, AUTH_MODE: 'token' } });
      expect(stdout, command).not.toBe('');
    }
  });

  it('lists the alerts as they are', () => {
    const { groups } = parse(readFileSync('helm/vast-tams/files/alerts.yaml', 'utf8')) as {
      groups: readonly { rules: readonly { alert: string; labels: { severity: string } }[] }[];
    };
    const alerts = groups.flatMap(({ rules }) => rules);
    const named = (text: string): string[] => (text.match(/`Tams\w+`/g) ?? []).map((name) => name.slice(1, -1)).sort();
    const [critical = '', others = ''] = (guide.split('## Alerts')[1] ?? '').split('can wait for the morning');
    const ofSeverity = (severity: string): string[] =>
      alerts
        .filter(({ labels }) => labels.severity === severity)
        .map(({ alert }) => alert)
        .sort();
    expect(named(critical)).toEqual(ofSeverity('critical'));
    expect(named(others)).toEqual(ofSeverity('warning'));
  });
});
