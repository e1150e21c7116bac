import { fork } from 'node:child_process';
import { once } from 'node:events';

/** The texts that the baseline's GETs answer with; empty where a benchmark does not ask for them. */
export interface BaselineBodies {
  readonly flow?: string;
  readonly segments?: string;
}

export interface BaselineServer {
  readonly baseUrl: string;
  close(): Promise<void>;
}

/** Bare Fastify in a process of its own, as the server is. */
export async function startBaseline(bodies: BaselineBodies): Promise<BaselineServer> {
  const child = fork(new URL('./baseline-process.ts', import.meta.url));
  const ended = once(child, 'exit');
  const answered = once(child, 'message') as Promise<[string]>;
  child.send(bodies);
  const [baseUrl] = await Promise.race([
    answered,
    ended.then(() => {
      throw new Error('the baseline server did not start; its errors are above');
    }),
  ]);
  return {
    baseUrl,
    close: async () => {
      child.kill();
      await ended;
    },
  };
}
