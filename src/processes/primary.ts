import cluster, { type Worker as ClusterWorker } from 'node:cluster';
import type { Logger } from 'pino';
import { METRICS, type MetricsJson, processRegistry } from '../operation/metrics/metrics-registry.ts';
import { type Backoff, backoffMs } from '../shared/retry.ts';
import { Gatherings, KeptCounters, WindowCounter } from './primary-state.ts';
import type { ToPrimary, ToWorker } from './messages.ts';

/** A process that ends within this time after it began to serve counts as one that cannot serve. */
const STABLE_MS = 10_000;
/** The first replacement comes at once. */
const AGAIN: Backoff = { baseMs: 500, maxMs: 30_000, jitter: 0.5 };
/** After so many failures in a row with no process left that serves, the server ends. */
const FAILURES_MAX = 5;
/** A process that leaves so many questions in a row without any message, one every 10 s, hangs. */
const WATCH_MS = 10_000;
const UNANSWERED_MAX = 6;
/** A replacement that does not serve by then hangs. The first start has no limit: it may have tables to change. */
const START_MS = 300_000;
/** A process gives up to stop by itself some 30 s after its delay; see `server.ts`. */
const STOP_MS = 35_000;

/** A worker process. */
interface Member {
  readonly slot: Slot;
  readonly worker: ClusterWorker;
  state: 'starting' | 'serving' | 'retiring';
  servesSince: number;
  /** Questions of the watch since its last message. */
  unanswered: number;
  readonly serving: PromiseWithResolvers<boolean>;
  readonly ended: PromiseWithResolvers<number>;
}

/** For the log. */
const named = ({ slot, worker }: Member) => ({ process: slot.number, pid: worker.process.pid });

/** The place of one worker process, and of those that replace it. */
interface Slot {
  readonly number: number;
  failures: number;
}

interface PrimaryOptions {
  /** STOP_DELAY_S. */
  readonly stopDelayMs: number;
  /** Time between questions whether a process hangs; 10 s unless set. */
  readonly watchMs?: number;
  /** Time that a replacement has until it serves; five minutes unless set. */
  readonly startMs?: number;
  /** Pauses between attempts to replace a process; from 0.5 to 30 s unless set. */
  readonly again?: Backoff;
  readonly logger: Logger;
}

/**
 * Starts the worker processes and replaces those that end (docs/adr/0043-workers.md). All of them accept connections from
 * the one queue of the port, which the kernel keeps, so a process that ends loses only what it had accepted.
 */
export class Primary {
  readonly #slots: readonly Slot[];
  readonly #options: PrimaryOptions;
  readonly #logger: Logger;
  readonly #members = new Set<Member>();
  readonly #counter = new WindowCounter();
  readonly #counters = new KeptCounters<Member>();
  readonly #gatherings = new Gatherings<Member>();
  readonly #replacements = { died: 0, renewed: 0 };
  #background: Member | undefined;
  #announcement: (() => void) | undefined;
  #stopping = false;
  #renewing: Promise<void> | undefined;
  #renewAgain = false;

  constructor(count: number, options: PrimaryOptions) {
    this.#slots = Array.from({ length: count }, (_, index) => ({ number: index + 1, failures: 0 }));
    this.#options = options;
    this.#logger = options.logger;
    cluster.schedulingPolicy = cluster.SCHED_NONE;
  }

  /** Writes the first line of the log when all processes serve; ends the server where one cannot. */
  async start(): Promise<void> {
    process.on('SIGTERM', (signal) => void this.#stop(signal));
    process.on('SIGINT', (signal) => void this.#stop(signal));
    process.on('SIGHUP', () => this.#renew());
    const [first, ...others] = this.#slots;
    // The first one makes the tables and the secret key.
    for (const slots of [first === undefined ? [] : [first], others]) {
      const members = slots.map((slot) => this.#fork(slot));
      const served = await Promise.all(members.map(({ serving }) => serving.promise));
      if (this.#isStopping()) return;
      const failed = members[served.indexOf(false)];
      if (failed !== undefined) return this.#giveUp(await failed.ended.promise);
    }
    this.#announcement?.();
    setInterval(() => this.#watch(), this.#options.watchMs ?? WATCH_MS);
  }

  /** Ends processes that hang, so that they are replaced. Questions are counted, since the primary may have been stopped too. */
  #watch(): void {
    for (const member of this.#members) {
      if (member.state !== 'serving') continue;
      if (member.unanswered >= UNANSWERED_MAX) {
        this.#logger.error(named(member), 'a worker process hangs; it is killed');
        member.worker.process.kill('SIGKILL');
      }
      member.unanswered++;
      // Nobody waits for this answer: any message will do.
      this.#send(member, { type: 'question', id: 0, topic: 'alive' });
    }
  }

  #fork(slot: Slot): Member {
    const worker = cluster.fork({ TAMS_PROCESS: String(slot.number) });
    const [serving, ended] = [Promise.withResolvers<boolean>(), Promise.withResolvers<number>()];
    const member: Member = { slot, worker, state: 'starting', servesSince: 0, unanswered: 0, serving, ended };
    this.#members.add(member);
    worker.on('message', (message) => this.#take(member, message as ToPrimary));
    const end = (code: number, how: string): void => {
      this.#members.delete(member);
      serving.resolve(false);
      ended.resolve(code);
      this.#onEnd(member, how);
    };
    worker.on('error', (error) => {
      this.#logger.error({ err: error, process: slot.number }, 'a worker process cannot be reached');
      // A process that could not even be made has no exit.
      if (worker.process.pid === undefined) end(1, error.message);
    });
    worker.process.on('exit', (code, signal) => {
      // A process that has not yet begun to listen ends with the signal.
      end(code ?? (signal === 'SIGTERM' ? 0 : 1), signal ?? `code ${code ?? 'unknown'}`);
    });
    return member;
  }

  /** As `#fork`, for a server that goes on: undefined where the system has no memory for a process. */
  #tryFork(slot: Slot): Member | undefined {
    try {
      return this.#fork(slot);
    } catch (error) {
      this.#logger.error({ err: error, process: slot.number }, 'a worker process cannot be made');
      return undefined;
    }
  }

  /** Resolves with false where it ends first, or has to be ended since it hangs while it starts. */
  async #serves(member: Member): Promise<boolean> {
    const timer = setTimeout(() => {
      this.#logger.error(named(member), 'a worker process hangs while it starts; it is killed');
      member.worker.process.kill('SIGKILL');
    }, this.#options.startMs ?? START_MS);
    const serves = await member.serving.promise;
    clearTimeout(timer);
    return serves;
  }

  #onEnd(member: Member, how: string): void {
    this.#counters.keep(member);
    this.#gatherings.forget(member);
    if (this.#background === member) this.#handOver();
    if (this.#stopping || member.state !== 'serving') return;
    const { slot } = member;
    this.#replacements.died++;
    const lasted = performance.now() - member.servesSince > STABLE_MS;
    slot.failures = lasted ? 0 : slot.failures + 1;
    this.#logger.error(named(member), `a worker process ended with ${how}; it is replaced`);
    this.#replaceLater(slot);
  }

  #replaceLater(slot: Slot): void {
    const waitMs = slot.failures <= 1 ? 0 : backoffMs(slot.failures - 1, this.#options.again ?? AGAIN);
    setTimeout(() => void this.#replace(slot), waitMs);
  }

  async #replace(slot: Slot): Promise<void> {
    // A renewal may have begun another one, which takes the place.
    const isTaken = [...this.#members].some((member) => member.slot === slot && member.state !== 'retiring');
    if (this.#stopping || isTaken) return;
    const member = this.#tryFork(slot);
    if (member !== undefined && (await this.#serves(member))) {
      this.#logger.info(named(member), 'a worker process was replaced');
      return;
    }
    if (this.#isStopping()) return;
    slot.failures++;
    const isServed = [...this.#members].some(({ state }) => state === 'serving');
    if (!isServed && slot.failures >= FAILURES_MAX) return this.#giveUp((await member?.ended.promise) ?? 1);
    this.#logger.error({ process: slot.number }, 'a worker process could not be started; it is tried again');
    this.#replaceLater(slot);
  }

  /** One after the other, so that all others serve meanwhile. */
  #renew(): void {
    if (this.#renewing !== undefined) {
      this.#renewAgain = true;
      return;
    }
    this.#renewing = this.#renewAll().finally(() => {
      this.#renewing = undefined;
      if (!this.#renewAgain) return;
      this.#renewAgain = false;
      this.#renew();
    });
  }

  async #renewAll(): Promise<void> {
    this.#logger.info('every worker process is replaced, one after the other');
    for (const slot of this.#slots) {
      const before = [...this.#members].find((member) => member.slot === slot && member.state === 'serving');
      // One that is not there is being replaced anyway.
      if (before === undefined) continue;
      const member = this.#tryFork(slot);
      const serves = member !== undefined && (await this.#serves(member));
      if (this.#isStopping()) return;
      if (!serves) {
        this.#logger.error({ process: slot.number }, 'a new worker process could not be started; the others stay');
        if (!this.#members.has(before)) this.#replaceLater(slot);
        return;
      }
      this.#replacements.renewed++;
      await this.#retire(before);
      if (this.#isStopping()) return;
    }
    this.#logger.info('every worker process has been replaced');
  }

  async #retire(member: Member): Promise<void> {
    member.state = 'retiring';
    if (this.#background === member) this.#handOver();
    this.#send(member, { type: 'retire' });
    const timer = setTimeout(() => member.worker.process.kill('SIGKILL'), this.#options.stopDelayMs + STOP_MS);
    await member.ended.promise;
    clearTimeout(timer);
  }

  #handOver(): void {
    this.#background = [...this.#members].find(({ state }) => state === 'serving');
    if (this.#background !== undefined) this.#send(this.#background, { type: 'background' });
  }

  /** Read anew after a wait. */
  #isStopping(): boolean {
    return this.#stopping;
  }

  async #stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#logger.info(`stopping after ${signal}`);
    const members = [...this.#members];
    for (const { worker } of members) worker.process.kill('SIGTERM');
    setTimeout(() => {
      for (const { worker } of this.#members) worker.process.kill('SIGKILL');
    }, this.#options.stopDelayMs + STOP_MS);
    const codes = await Promise.all(members.map(({ ended }) => ended.promise));
    process.exit(Math.max(0, ...codes) === 0 ? 0 : 1);
  }

  /** The process that failed has said why. */
  async #giveUp(code: number): Promise<never> {
    this.#stopping = true;
    const members = [...this.#members];
    for (const { worker } of members) worker.process.kill('SIGKILL');
    await Promise.all(members.map(({ ended }) => ended.promise));
    process.exit(code === 0 ? 1 : code);
  }

  #take(member: Member, message: ToPrimary): void {
    member.unanswered = 0;
    switch (message.type) {
      case 'ready':
        this.#announcement = () => this.#logger.info(message.facts, message.announcement);
        this.#onServing(member);
        break;
      case 'tell':
        for (const other of this.#members) {
          if (other !== member) this.#send(other, { type: 'told', topic: message.topic, told: message.told });
        }
        break;
      case 'wake':
        if (this.#background !== undefined) this.#send(this.#background, { type: 'woken', topic: message.topic });
        break;
      case 'gather':
        this.#gather(member, message.id, message.topic).catch((error: unknown) => {
          this.#logger.error({ err: error, topic: message.topic }, 'the answers of the processes cannot be added');
          this.#send(member, { type: 'gathered', id: message.id, values: [] });
        });
        break;
      case 'answer':
        if (message.topic === METRICS && message.value !== undefined) this.#note(member, message.value as MetricsJson);
        this.#gatherings.answer(message.id, member, message.value);
        break;
      case 'count': {
        const counts = message.keys.map((key) => this.#counter.count(key));
        this.#send(member, { type: 'counted', id: message.id, counts });
        break;
      }
      case 'counters':
        this.#note(member, message.metrics);
        break;
    }
  }

  #onServing(member: Member): void {
    member.state = 'serving';
    member.servesSince = performance.now();
    member.serving.resolve(true);
    if (this.#background === undefined) this.#handOver();
  }

  async #gather(asker: Member, id: number, topic: string): Promise<void> {
    const serving = [...this.#members].filter(({ state }) => state === 'serving');
    const all = await this.#gatherings.gather(serving, (member, number) => {
      this.#send(member, { type: 'question', id: number, topic });
    });
    // The counters of one that has ended meanwhile are kept already.
    const answers = all.filter(([member]) => this.#members.has(member));
    const values = answers.map(([, value]) => value);
    if (topic === METRICS) {
      const answered = new Set(answers.map(([member]) => member));
      values.push(...(await this.#counters.metrics(answered)), await processRegistry().getMetricsAsJSON(), [
        this.#replacementsMetric(),
      ]);
    }
    this.#send(asker, { type: 'gathered', id, values });
  }

  /** A message can come after the end of its process, whose counters are kept by then. */
  #note(member: Member, metrics: MetricsJson): void {
    if (this.#members.has(member)) this.#counters.note(member, metrics);
  }

  #replacementsMetric(): object {
    return {
      name: 'tams_process_replacements_total',
      help: 'Processes that were replaced, by why.',
      type: 'counter',
      aggregator: 'sum',
      values: Object.entries(this.#replacements).map(([reason, value]) => ({ labels: { reason }, value })),
    };
  }

  #send({ worker }: Member, message: ToWorker): void {
    // One whose channel is closed is about to end.
    if (worker.isConnected()) worker.send(message, () => undefined);
  }
}
