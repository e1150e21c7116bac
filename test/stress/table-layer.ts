import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { TableDefinition } from '../../src/vastdb/engine.ts';
import { openSqliteEngine } from '../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { and, eq, gt, gte, lt } from '../../src/vastdb/predicate/builder.ts';
import { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import type { Random } from './support/random.ts';
import type { StressReport } from './support/stress-report.ts';
import { insertRows, selectOne } from '../support/vastdb/rows.ts';

const EVENTS: TableDefinition = {
  name: 'events',
  columns: [
    { name: 'lane', type: 'string', required: true },
    { name: 'time_ns', type: 'int64', required: true },
    { name: 'payload', type: 'string', required: true },
  ],
  sortKey: ['lane', 'time_ns'],
  indexes: [{ columns: ['payload'] }],
};
const COUNTERS: TableDefinition = {
  name: 'counters',
  columns: [
    { name: 'name', type: 'string', required: true },
    { name: 'value', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['name'], unique: true }],
};

const LANES = 8;
const COUNTER_NAMES = ['a', 'b', 'c'];
const MAX_BATCH = 500;
const PAGE = 200;
const PAYLOAD = 'x'.repeat(100);

/** Each lane has one writer, whose account of it the readers compare with what they find. */
interface Lane {
  readonly name: string;
  /** Times of rows below `deleted` are gone, and those from there to below `written` are there. */
  deleted: bigint;
  written: bigint;
  /** What the write under way may have changed already. */
  deleting: bigint;
  writing: bigint;
}

/** Concurrent transactions on the table layer, of two managers over one directory as two processes would have. */
export async function stressTableLayer(
  directory: string,
  random: Random,
  seconds: number,
  report: StressReport,
): Promise<void> {
  const open = async (): Promise<VastDBManager> => {
    const engine = await openSqliteEngine({ directory: join(directory, 'tables'), synchronous: 'full', cacheMib: 16 });
    return VastDBManager.open(engine, [EVENTS, COUNTERS]);
  };
  const first = await open();
  const managers = [first, await open()];
  try {
    await insertRows(
      first,
      COUNTERS.name,
      COUNTER_NAMES.map((name) => ({ name, value: 0n })),
    );
    const lanes = Array.from({ length: LANES }, (_, index): Lane => {
      return { name: `lane-${index}`, deleted: 0n, written: 0n, deleting: 0n, writing: 0n };
    });
    const until = performance.now() + seconds * 1000;
    const counted = new Map<string, bigint>(COUNTER_NAMES.map((name) => [name, 0n]));
    const workers = managers.flatMap((manager, index) => [
      ...lanes
        .filter((_, lane) => lane % managers.length === index)
        .map((lane) => repeat(until, random.fork(), (own) => write(manager, lane, own, report))),
      ...Array.from({ length: 4 }, () =>
        repeat(until, random.fork(), (own) => increment(manager, counted, own, report)),
      ),
      repeat(until, random.fork(), (own) => failInTheMiddle(manager, own, report)),
      repeat(until, random.fork(), (own) => readPages(manager, own.pick(lanes), report)),
    ]);
    await Promise.all(workers);
    for (const manager of managers) await checkTotals(manager, lanes, counted, report);
  } finally {
    await Promise.all(managers.map((manager) => manager.close()));
  }
}

async function repeat(until: number, random: Random, work: (random: Random) => Promise<void>): Promise<void> {
  while (performance.now() < until) {
    await work(random);
    // The sqlite engine answers at once; the other workers shall have their turn.
    await turn();
  }
}

/** Appends rows to the lane's end, or deletes some from its beginning. */
async function write(manager: VastDBManager, lane: Lane, random: Random, report: StressReport): Promise<void> {
  const background = random.chance(0.2) ? ({ lane: 'background' } as const) : {};
  if (random.chance(0.3)) {
    const to = lane.deleted + BigInt(random.int(0, Number(lane.written - lane.deleted) + 1));
    lane.deleting = to;
    const where = and([eq('lane', lane.name), lt('time_ns', to)]);
    const count = await report.time('tables: delete rows', () => manager.delete(EVENTS.name, where, background));
    const expected = to - lane.deleted;
    report.check('deletes take what they pick', BigInt(count) === expected, () => `${count} instead of ${expected}`);
    lane.deleted = to;
    return;
  }
  const count = random.int(1, MAX_BATCH);
  const rows = Array.from({ length: count }, (_, index) => [lane.name, lane.written + BigInt(index), PAYLOAD]);
  lane.writing = lane.written + BigInt(count);
  await report.time('tables: insert a batch', () =>
    manager.transaction((tx) => tx.insertArrays(EVENTS.name, ['lane', 'time_ns', 'payload'], rows)),
  );
  lane.written = lane.writing;
}

async function increment(
  manager: VastDBManager,
  counted: Map<string, bigint>,
  random: Random,
  report: StressReport,
): Promise<void> {
  const name = random.pick(COUNTER_NAMES) ?? '';
  const where = eq('name', name);
  await report.time('tables: read and update', () =>
    manager.transaction(async (tx) => {
      const row = await tx.selectOne({ table: COUNTERS.name, where });
      await tx.update(COUNTERS.name, where, { value: (row?.value as bigint) + 1n });
    }),
  );
  counted.set(name, (counted.get(name) ?? 0n) + 1n);
}

/** A transaction that writes and then throws leaves nothing behind. */
async function failInTheMiddle(manager: VastDBManager, random: Random, report: StressReport): Promise<void> {
  const ghost = `ghost-${random.uuid()}`;
  const failure = new Error('on purpose');
  try {
    await manager.transaction(async (tx) => {
      await tx.insert(EVENTS.name, [{ lane: ghost, time_ns: 0n, payload: PAYLOAD }]);
      throw failure;
    });
  } catch (error) {
    if (error !== failure) throw error;
  }
  const left = await manager.count(EVENTS.name, eq('lane', ghost));
  report.check('a failed transaction leaves nothing', left === 0, () => `${left} rows of ${ghost}`);
}

/** Reads a lane in pages while it is written: what is there before and after must be in them, once and in order. */
async function readPages(manager: VastDBManager, lane: Lane | undefined, report: StressReport): Promise<void> {
  if (lane === undefined) return;
  const written = lane.written;
  const seen: bigint[] = [];
  for (let after = -1n; ;) {
    const { rows } = await report.time(`tables: page of ${PAGE} rows`, () =>
      manager.select({
        table: EVENTS.name,
        columns: ['time_ns'],
        where: and([eq('lane', lane.name), gt('time_ns', after)]),
        orderBy: [{ column: 'time_ns', direction: 'asc' }],
        limit: PAGE,
      }),
    );
    for (const [time] of rows) seen.push(time as bigint);
    const last = seen.at(-1);
    if (rows.length < PAGE || last === undefined) break;
    after = last;
  }
  const { deleting, writing } = lane;
  const inOrder = seen.every((time, index) => index === 0 || time > (seen[index - 1] ?? time));
  report.check('pages are in order, without repetition', inOrder, () => lane.name);
  const missing = missingOf(seen, deleting, written);
  report.check('pages are complete', missing === undefined, () => `${lane.name} lacks ${missing ?? ''}`);
  const known = seen.every((time) => time < writing);
  report.check('pages hold nothing that was not written', known, () => lane.name);
}

function missingOf(seen: readonly bigint[], from: bigint, to: bigint): bigint | undefined {
  const found = new Set(seen);
  for (let time = from; time < to; time++) if (!found.has(time)) return time;
  return undefined;
}

async function checkTotals(
  manager: VastDBManager,
  lanes: readonly Lane[],
  counted: ReadonlyMap<string, bigint>,
  report: StressReport,
): Promise<void> {
  for (const { name, deleted, written } of lanes) {
    const count = await manager.count(EVENTS.name, and([eq('lane', name), gte('time_ns', deleted)]));
    const total = await manager.count(EVENTS.name, eq('lane', name));
    report.check(
      'row counts agree with what was acknowledged',
      BigInt(count) === written - deleted && total === count,
      () => `${name}: ${count} of ${total} rows, ${written - deleted} were acknowledged`,
    );
  }
  for (const [name, value] of counted) {
    const row = await selectOne(manager, { table: COUNTERS.name, where: eq('name', name) });
    report.check('no update is lost', row?.value === value, () => `${name}: ${String(row?.value)}, not ${value}`);
  }
}
