/**
 * What the processes that tests start get of this process's environment: the path, and where Node.js keeps what it
 * compiled (vitest.config.ts), since it would else compile the same server hundreds of times.
 */
export function childEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  return { PATH, NODE_COMPILE_CACHE, ...env };
}
