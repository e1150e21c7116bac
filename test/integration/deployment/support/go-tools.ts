import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';

/** What `go env` says of a name; undefined where Go is missing. */
function goEnv(name: string): string | undefined {
  const { status, stdout } = spawnSync('go', ['env', name], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Where Helm is; undefined where .ci/deployment-tools.sh has not installed it. */
export function findHelm(): string | undefined {
  const folder = goEnv('GOBIN') || join(goEnv('GOPATH') ?? '', 'bin');
  const installed = join(folder, 'helm');
  return existsSync(installed) ? installed : undefined;
}

/** A file of a Go module that .ci/deployment-tools.sh has downloaded; `pattern` may leave the version open. */
export function findModuleFile(pattern: string): string | undefined {
  const cache = goEnv('GOMODCACHE');
  return cache === undefined ? undefined : globSync(join(cache, pattern)).sort().at(-1);
}

/** Runs Helm; throws, with what it said, where it fails. */
export function helm(binary: string, ...args: string[]): string {
  return execFileSync(binary, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
