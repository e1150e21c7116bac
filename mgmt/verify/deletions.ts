import { spreadOf, timeKey } from '../../src/tams/documents/sort-keys.ts';
import { DELETION_REQUESTS } from '../../src/tams/deletion/deletion-tables.ts';
import { FLOWS } from '../../src/tams/flows/flow-tables.ts';
import { PROFILES } from '../../src/tams/profiles/profile-tables.ts';
import { SOURCES } from '../../src/tams/sources/source-tables.ts';
import type { ManagedReader } from '../../src/vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../src/vastdb/managed-transaction.ts';
import { and, eq, isIn, isNotNull } from '../../src/vastdb/predicate/builder.ts';
import { checkRows, withoutOwner } from './row-check.ts';

interface FlowDeletions {
  readonly deleting: boolean;
  /** The flow row's count of open deletions of its segments. */
  readonly counted: number;
  /** Unfinished requests, of its segments and of itself. */
  segments: number;
  flow: number;
}

/** Deletions that are half done, and that nobody goes on with. */
export const deletions = checkRows('deletions', 'flows know of the deletions that go on, and only of those', {
  table: FLOWS.name,
  column: 'id',
  subject: 'flow',
  look: async (reader, keys) => {
    const problems = new Map<string, string>();
    for (const [id, { deleting, counted, segments, flow }] of await deletionsOf(reader, keys)) {
      if (deleting && flow === 0) problems.set(id, 'it is being deleted, and no deletion request goes on with that');
      else if (!deleting && counted !== segments) {
        problems.set(id, `it counts ${counted} deletions of its segments, and ${segments} go on`);
      }
    }
    return problems;
  },
  repair: {
    does: 'counts again; a flow that is being deleted gets a request that the server goes on with',
    mend: async (tx, keys) => {
      for (const [id, { deleting, segments }] of await deletionsOf(tx, keys)) {
        if (deleting) await requestDeletion(tx, id);
        else await tx.update(FLOWS, eq('id', id), { active_deletions: segments });
      }
    },
  },
});

async function deletionsOf(reader: ManagedReader, ids: readonly string[]): Promise<Map<string, FlowDeletions>> {
  const found = await reader.select({
    table: FLOWS,
    columns: ['id', 'deleting', 'active_deletions'],
    where: isIn('id', ids),
  });
  const flows = new Map(
    found.rows.map(([id, deleting, counted]): [string, FlowDeletions] => [
      id,
      { deleting, counted, segments: 0, flow: 0 },
    ]),
  );
  const requests = await reader.select({
    table: DELETION_REQUESTS,
    columns: ['flow_id', 'status', 'delete_flow'],
    where: isIn('flow_id', ids),
  });
  for (const [id, status, deletesFlow] of requests.rows) {
    const flow = flows.get(id);
    if (flow === undefined || status === 'done') continue;
    if (deletesFlow) flow.flow += 1;
    else flow.segments += 1;
  }
  return flows;
}

async function requestDeletion(tx: ManagedTransaction, flowId: string): Promise<void> {
  const time = new Date().toISOString();
  const id = crypto.randomUUID();
  await tx.insert(DELETION_REQUESTS, [
    {
      id,
      flow_id: flowId,
      timerange_to_delete: '_',
      timerange_remaining: '_',
      delete_flow: true,
      status: 'created',
      created: time,
      created_by: 'mgmt verify',
      updated: time,
      sort_created: timeKey(time, id),
      sort_expiry: timeKey(undefined, id),
      spread: spreadOf(id),
    },
  ]);
}

export const flowSources = checkRows(
  'flow-sources',
  'flows have a source, and sources have a flow',
  withoutOwner({
    table: FLOWS.name,
    column: 'source_id',
    where: eq('deleting', false),
    subject: 'source',
    owners: SOURCES.name,
    problem: 'flows are of it, and it has no row; PUT one of the flows to another source and back',
  }),
  withoutOwner({
    table: SOURCES.name,
    column: 'id',
    subject: 'source',
    owners: FLOWS.name,
    ownerColumn: 'source_id',
    problem: 'it has no flow; make one of it by PUT /flows/{id}, and delete that if the source is not wanted',
  }),
);

export const flowProfiles = checkRows(
  'flow-profiles',
  'the profiles that flows name are there',
  withoutOwner({
    table: FLOWS.name,
    column: 'profile_id',
    where: and([isNotNull('profile_id'), eq('deleting', false)]),
    subject: 'profile',
    owners: PROFILES.name,
    problem:
      'flows are of it, and it has no row; POST it to /v8.2/service/profiles, or PUT the flows without profile_id',
  }),
);
