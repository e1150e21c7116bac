import { isDeepStrictEqual } from 'node:util';
import { Type } from '../../../shared/type-builder.ts';
import { Dictionary } from '../../../http/schemas/common.ts';
import { compileBody, type Validate } from '../../../http/validation/body-validator.ts';
import { findTag, type Tags, type TagValue, wholeText } from '../../documents/tags.ts';
import { flows as newestFlows, tags as newestTags } from '../8.2/documents.ts';
import type { Surface } from '../surface.ts';
import { AppError } from '../../../shared/errors.ts';
import { Format } from '../../documents/format.ts';
import { collectionItem, flowCollection, REQUIRED_ROLE } from '../../flows/collection-schemas.ts';
import { AudioEssence, DataEssence, ImageEssence, VideoEssence } from '../../flows/essence-schemas.ts';
import { type Flow, type FlowCollectionItem, type FlowInput, TECHNICAL_PROPERTIES } from '../../flows/flow.ts';
import { flowSchemas } from '../../flows/flow-schemas.ts';
import { compileFlow } from '../../flows/flow-validator.ts';
import { flowListQuery, sourceListQuery } from '../../parameters.ts';
import { orNewer, translated, without } from '../translate.ts';
import { sourceSchema } from '../../sources/source-schemas.ts';
import type { ShownSource } from '../../sources/source.ts';

const value = Type.Unsafe<string>(Type.String());

/** TAMS 7.0, `schemas/tags.json`: texts alone. A list is shown as one text. */
export const tags: Surface['tags'] = {
  value,
  all: Dictionary(Type.String(), { title: 'Tags', description: 'Free text by free names.' }),
  validate: orNewer(compileBody(value), newestTags.validate),
  show: wholeText,
  showAll: (all) => Object.fromEntries(Object.entries(all).map(([name, value]) => [name, wholeText(value)])),
  read: keepList,
  match: (text) => ({ anyOf: [text], items: false }),
};

/** The text of a list, sent again, leaves the list as it is. */
function keepList(value: TagValue, present: TagValue | undefined): TagValue {
  return present !== undefined && wholeText(present) === value ? present : value;
}

const keepLists = (given: Tags, present: Tags = {}): Tags =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, keepList(value, findTag(present, name))]));

const collection = flowCollection(REQUIRED_ROLE);
const schemas = flowSchemas({
  tags: tags.all,
  collection,
  video: VideoEssence,
  audio: AudioEssence,
  image: ImageEssence,
  data: DataEssence,
});

/** Flows that only 8.2 can write, or that collect others, whose roles it may leave out. */
const FLOW_MAY_DIFFER = /"(?:status|profile_id|init_segments|vfr)":|"flow_collection":\[\{|:\["|:\[\]/;

export const flows: Surface['flows'] = {
  ...schemas,
  collection,
  listQuery: without(flowListQuery, [
    'profile_id',
    'sort_by',
    'reverse_order',
    'status',
    'init_segments',
    'collected_by_ids',
  ]),
  validate: orNewer(
    withoutNewer(['status', 'profile_id'], withoutInits(compileFlow(schemas.inputs))),
    newestFlows.validate,
  ),
  show: (text) => translated(text, (flow) => FLOW_MAY_DIFFER.test(flow), showFlow),
  showCollection,
  read: readFlow,
  leavesProfile: true,
  validateCollection: orNewer(compileBody(collection), newestFlows.validateCollection),
  readCollection,
};

/**
 * Refuses properties that 7.0 does not have: they would be kept as unknown ones, and mean something to clients of the other
 * version.
 */
export function withoutNewer(names: readonly string[], validate: Validate): Validate {
  return (body) => {
    const given = typeof body === 'object' && body !== null ? names.find((name) => name in body) : undefined;
    return given === undefined ? validate(body) : { error: notOf70(given) };
  };
}

/** The schemas of the other formats refuse `init_segments`, but 7.0 has none for the parameters of a multi flow. */
function withoutInits(validate: Validate): Validate {
  return (body) => {
    const result = validate(body);
    if ('error' in result) return result;
    const { essence_parameters: essence } = result.value as { essence_parameters?: unknown };
    const isGiven = typeof essence === 'object' && essence !== null && 'init_segments' in essence;
    return isGiven ? { error: notOf70('essence_parameters/init_segments') } : result;
  };
}

const notOf70 = (field: string): AppError =>
  new AppError('invalid_request', `body/${field} is not a property of TAMS 7.0`, { field });

function showFlow(flow: Flow): Flow {
  const { status: _, profile_id: __, tags: given, flow_collection: members, ...rest } = flow;
  const shown = {
    ...rest,
    ...(given && { tags: tags.showAll(given) }),
    ...(members && { flow_collection: showCollection(members) }),
  } as Flow;
  const { init_segments: ___, vfr: ____, ...essence } = { ...(rest.essence_parameters as Record<string, unknown>) };
  const isSame = Object.keys(essence).length === Object.keys({ ...rest.essence_parameters }).length;
  if (isSame) return shown;
  if (rest.format === Format.multi && Object.keys(essence).length === 0) delete shown.essence_parameters;
  else Object.assign(shown, { essence_parameters: essence });
  return shown;
}

function showCollection(items: readonly FlowCollectionItem[]): FlowCollectionItem[] {
  return items.map(({ id, role = '', ...rest }) => ({ id, role, ...rest }));
}

function readCollection(items: readonly FlowCollectionItem[]): FlowCollectionItem[] {
  return items.map(({ role, ...rest }) => (role === undefined || role === '' ? rest : { ...rest, role }));
}

/** Keeps what 7.0 cannot say. A profile goes with the first technical property that differs from it. */
function readFlow(input: FlowInput, present: Flow | undefined): FlowInput {
  const flow = { ...input };
  if (flow.tags !== undefined) flow.tags = keepLists(flow.tags, present?.tags);
  if (flow.flow_collection !== undefined) flow.flow_collection = readCollection(flow.flow_collection);
  if (present?.status !== undefined) flow.status = present.status;
  const initSegments = present?.format === flow.format ? present.essence_parameters?.init_segments : undefined;
  if (flow.format === Format.video || initSegments !== undefined) {
    const isVariable = flow.format === Format.video && flow.essence_parameters.frame_rate === undefined;
    const added = {
      ...(isVariable && { vfr: true }),
      ...(initSegments !== undefined && { init_segments: initSegments }),
    };
    if (Object.keys(added).length > 0) {
      Object.assign(flow, { essence_parameters: { ...flow.essence_parameters, ...added } });
    }
  }
  if (
    present?.profile_id !== undefined &&
    TECHNICAL_PROPERTIES.every((name) => isDeepStrictEqual(flow[name], present[name]))
  ) {
    flow.profile_id = present.profile_id;
  }
  return flow;
}

/** Sources with lists among their tags, or with members, whose roles may be left out. */
const SOURCE_MAY_DIFFER = /"source_collection":\[\{|:\["|:\[\]/;

export const sources: Surface['sources'] = {
  listQuery: without(sourceListQuery, ['sort_by', 'reverse_order', 'collected_by_ids']),
  schema: sourceSchema({ tags: tags.all, collectionItem: collectionItem(REQUIRED_ROLE) }),
  show: (text) => translated(text, (source) => SOURCE_MAY_DIFFER.test(source), showSource),
};

function showSource({ tags: given, source_collection: members, ...rest }: ShownSource): ShownSource {
  return {
    ...rest,
    ...(given && { tags: tags.showAll(given) }),
    ...(members && { source_collection: members.map(({ id, role = '' }) => ({ id, role })) }),
  };
}
