import type { MediaObject } from '../objects/media-object.ts';
import { cellsOf, type Page, type PageRequest } from '../../shared/paging.ts';
import { and, eq, gt, isIn, isNotNull } from '../../vastdb/predicate/builder.ts';
import type { Access } from './access.ts';
import { toPage } from '../documents/listing-order.ts';
import type { TableReads } from '../table-access.ts';
import { SEGMENTS } from '../segments/segment-tables.ts';
import { visibleFlows } from './visible-flows.ts';

/** The column by which segments use an object: an initialisation segment through their media objects. */
const useColumn = (isInit: boolean | undefined) => (isInit === true ? 'init_object_id' : 'object_id');

/** Flows that are looked up at once, if some may be hidden: a short page must not cost a query for every few of them. */
const LOOKED_UP = 500;

/** The flows of the view that use an object, by id. */
export async function flowsUsingObject(
  reader: TableReads,
  access: Access,
  object: Pick<MediaObject, 'id' | 'isInit'>,
  page: PageRequest,
): Promise<Page<string>> {
  const wanted = page.limit + 1;
  const batch = access.classes === undefined ? wanted : Math.max(wanted, LOOKED_UP);
  const found: string[] = [];
  let after = page.after && cellsOf(page.after, ['string'])[0];
  for (;;) {
    const users = await usersOf(reader, object, after, batch);
    const visible = access.classes === undefined ? undefined : await visibleFlows(reader, access, users);
    for (const id of users) if (found.length < wanted && visible?.has(id) !== false) found.push(id);
    after = users.at(-1);
    if (found.length === wanted || users.length < batch) break;
  }
  return toPage(
    { rows: found },
    page.limit,
    (id) => id,
    (id) => [id],
  );
}

async function usersOf(
  reader: TableReads,
  { id, isInit }: Pick<MediaObject, 'id' | 'isInit'>,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  const { rows } = await reader.select({
    table: SEGMENTS,
    columns: ['flow_id'],
    where: and([eq(useColumn(isInit), id), ...(after === undefined ? [] : [gt('flow_id', after)])]),
    orderBy: [{ column: 'flow_id', direction: 'asc' }],
    distinct: true,
    limit,
  });
  return rows.map(([flowId]) => flowId);
}

/**
 * The objects that the view may see: by the flow that they were allocated for, or any that uses them. Four queries at
 * most, however many objects.
 */
export async function visibleObjects<Stored extends Pick<MediaObject, 'id' | 'firstFlow' | 'firstLife'>>(
  reader: TableReads,
  access: Access,
  objects: readonly Stored[],
): Promise<readonly Stored[]> {
  if (access.classes === undefined || objects.length === 0) return objects;
  const firstFlows = await visibleFlows(
    reader,
    access,
    objects.map(({ firstFlow }) => firstFlow),
  );
  const isOfOne = ({ firstFlow, firstLife }: Stored): boolean => firstFlows.get(firstFlow) === firstLife;
  const others = objects.filter((object) => !isOfOne(object));
  if (others.length === 0) return objects;
  const ids = others.map(({ id }) => id);
  const [asMedia, asInits] = await Promise.all([
    reader.select({
      table: SEGMENTS,
      columns: ['object_id', 'flow_id'],
      where: isIn('object_id', ids),
      distinct: true,
    }),
    reader.select({
      table: SEGMENTS,
      columns: ['init_object_id', 'flow_id'],
      where: and([isNotNull('init_object_id'), isIn('init_object_id', ids)]),
      distinct: true,
    }),
  ]);
  const uses = [...asMedia.rows, ...asInits.rows];
  const users = await visibleFlows(
    reader,
    access,
    uses.map(([, flowId]) => flowId),
  );
  const used = new Set(uses.filter(([, flowId]) => users.has(flowId)).map(([objectId]) => objectId));
  return objects.filter((object) => isOfOne(object) || used.has(object.id));
}
