import { type ChildProcess, fork } from 'node:child_process';
import type { Load, LoadAnswer, LoadResult } from './load-protocol.ts';

/** Makes load from a process of its own, so that whoever asks for it costs the measurement nothing. */
export class LoadGenerator {
  readonly #process: ChildProcess;
  #answered: PromiseWithResolvers<LoadAnswer> | undefined;

  constructor() {
    this.#process = fork(new URL('./load-process.ts', import.meta.url), { serialization: 'advanced' });
    this.#process.on('message', (answer: LoadAnswer) => this.#answered?.resolve(answer));
    this.#process.on('exit', () => this.#answered?.resolve({ failure: 'the load generator ended' }));
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error('the load generator did not start');
    return this.#process.pid;
  }

  /** Runs a load to its end; there is one at a time. Rejects where any answer has another status than the expected ones. */
  async run(load: Load, ...expectedStatuses: readonly number[]): Promise<LoadResult> {
    this.#answered = Promise.withResolvers();
    this.#process.send(load);
    const answer = await this.#answered.promise;
    if ('failure' in answer) throw new Error(`load on ${load.baseUrl} failed: ${answer.failure}`);
    const unexpected = Object.keys(answer.result.statuses).filter(
      (status) => !expectedStatuses.includes(Number(status)),
    );
    if (unexpected.length > 0) {
      const [first] = load.requests;
      throw new Error(
        `load on ${load.baseUrl} (${first?.method ?? ''} ${first?.path ?? ''}, ...) was answered with ` +
          `${JSON.stringify(answer.result.statuses)}; only ${expectedStatuses.join(' and ')} was expected`,
      );
    }
    return answer.result;
  }

  close(): void {
    this.#process.kill();
  }
}
