import { join } from 'node:path';
import { flowId } from '../../bench/support/dataset.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { SEGMENTS } from '../../../src/tams/segments/segment-tables.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import type { Random } from '../support/random.ts';
import { jsonOf } from './api-client.ts';
import { listAll } from './read-actions.ts';
import type { StressWorld } from './stress-world.ts';
import { type Placement, type TimelineModel, timerangeOf } from './timeline-model.ts';

const OBJECTS_LOOKED_AT = 500;
const NS_PER_SLOT = 1_000_000_000n;

/** When nobody writes any more: the server must hold exactly what it acknowledged. */
export async function checkOverHttp(world: StressWorld, random: Random): Promise<void> {
  for (const model of world.models) {
    await checkListing(world, model);
    await checkFlow(world, model);
  }
  await checkReferences(world, random);
}

async function checkListing(world: StressWorld, model: TimelineModel): Promise<void> {
  const expected = model.live().map(({ objectId, start, end }) => `${objectId}@${timerangeOf(start, end)}`);
  for (const reverse of [false, true]) {
    const found = await listAll(world, model, { limit: 100, reverse });
    const texts = found.map(({ object_id: id, timerange }) => `${id}@${timerange}`);
    if (reverse) texts.reverse();
    world.report.check('segments agree with what was acknowledged', texts.join() === expected.join(), () => {
      return `${model.flowId} has ${texts.length} segments, and ${expected.length} were acknowledged`;
    });
  }
}

async function checkFlow({ client, report }: StressWorld, model: TimelineModel): Promise<void> {
  interface FlowJson {
    tags?: Record<string, string>;
    timerange?: string;
  }
  const flow = await client.json<FlowJson>('GET flow', `/flows/${model.flowId}?include_timerange=true`);
  const live = model.live();
  const [first, last] = [live[0], live.at(-1)];
  const hull = first === undefined || last === undefined ? '()' : timerangeOf(first.start, last.end);
  report.check("a flow's timerange is that of its segments", flow.timerange === hull, () => {
    return `${model.flowId}: ${flow.timerange ?? 'none'} instead of ${hull}`;
  });
  for (const [name, value] of model.tags) {
    report.check('no change of metadata is lost', flow.tags?.[name] === value, () => `${model.flowId} ${name}`);
  }
}

/** Objects tell which flows use them; one that nobody uses is unknown, or has no flows. */
async function checkReferences({ client, report, models }: StressWorld, random: Random): Promise<void> {
  const users = new Map<string, Set<string>>();
  for (const model of models) {
    for (const { objectId, state } of model.all()) {
      if (state !== 'live' && state !== 'gone') continue;
      const flows = users.get(objectId) ?? new Set();
      users.set(objectId, flows);
      if (state === 'live') flows.add(model.flowId);
    }
  }
  const ids = [...users.keys()];
  for (let looks = Math.min(OBJECTS_LOOKED_AT, ids.length); looks > 0; looks--) {
    const id = random.pick(ids) ?? '';
    const flows = [...(users.get(id) ?? [])].sort();
    const answer = await client.call('GET object', `/objects/${id}`, flows.length === 0 ? [200, 404] : [200]);
    const found =
      answer.status === 200 ? jsonOf<{ referenced_by_flows: string[] }>(answer).referenced_by_flows.toSorted() : [];
    report.check('objects are referenced by the flows that use them', found.join() === flows.join(), () => {
      return `${id}: [${found.join()}] instead of [${flows.join()}]`;
    });
  }
}

/** After the server has ended: the tables themselves. */
export async function checkTables({ report, models, archive }: StressWorld, dataDir: string): Promise<void> {
  const engine = await openSqliteEngine({ directory: join(dataDir, 'tables'), synchronous: 'full', cacheMib: 64 });
  const manager = await VastDBManager.open(engine, VAST_STORE_TABLES);
  try {
    const store = new VastStore(manager, new SecretBox('of no use to this check', 'webhooks'));
    for (const model of models) {
      const live = model.live();
      const count = await manager.count(SEGMENTS.name, eq('flow_id', model.flowId));
      report.check('row counts agree with what was acknowledged', count === live.length, () => {
        return `${model.flowId}: ${count} rows, ${live.length} acknowledged`;
      });
      const covered = (await store.flows.state(model.flowId))?.content?.coveredNs ?? 0n;
      report.check("a flow's covered time is the sum of its segments", covered === coveredBy(live), () => {
        return `${model.flowId}: ${covered} instead of ${coveredBy(live)} ns`;
      });
    }
    for (let flow = 0; flow < archive.flows; flow++) {
      const count = await manager.count(SEGMENTS.name, eq('flow_id', flowId(flow)));
      report.check('what nobody touched is untouched', count === archive.segmentsPerFlow, () => flowId(flow));
    }
  } finally {
    await manager.close();
  }
}

const coveredBy = (placements: readonly Placement[]): bigint =>
  placements.reduce((sum, { start, end }) => sum + BigInt(end - start) * NS_PER_SLOT, 0n);
