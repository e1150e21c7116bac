import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../shared/errors.ts';
import { Format } from '../../documents/format.ts';
import { flowCollection, REQUIRED_ROLE } from '../../flows/collection-schemas.ts';
import { AudioEssence, DataEssence, ImageEssence, VideoEssence } from '../../flows/essence-schemas.ts';
import { type Flow, type FlowCollectionItem, type FlowInput, TECHNICAL_PROPERTIES } from '../../flows/flow.ts';
import { flowSchemas } from '../../flows/flow-schemas.ts';
import { compileFlow } from '../../flows/flow-validator.ts';
import { compileBody, type Validate } from '../../../http/validation/body-validator.ts';
import { flowListQuery } from '../../parameters.ts';
import { flows as newer } from '../8.2/flows.ts';
import { orNewer } from '../newer.ts';
import type { Surface } from '../surface.ts';
import { translated, without } from '../translate.ts';
import { keepLists, tags } from './tags.ts';

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
const MAY_DIFFER = /"(?:status|profile_id|init_segments|vfr)":|"flow_collection":\[\{|:\["|:\[\]/;

/** Properties of a flow that 7.0 does not have. */
const NEWER = ['status', 'profile_id'] as const;

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
  validate: orNewer(withoutNewer(compileFlow(schemas.inputs)), newer.validate),
  show: (text) => translated(text, (flow) => MAY_DIFFER.test(flow), showFlow),
  showCollection,
  read,
  leavesProfile: true,
  validateCollection: orNewer(compileBody(collection), newer.validateCollection),
  readCollection,
};

/** These would be kept as unknown properties, and mean something to clients of the other version. */
function withoutNewer(validate: Validate): Validate {
  return (body) => {
    const given = typeof body === 'object' && body !== null ? NEWER.find((name) => name in body) : undefined;
    if (given === undefined) return validate(body);
    return { error: new AppError('invalid_request', `body/${given} is not a property of TAMS 7.0`, { field: given }) };
  };
}

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
function read(input: FlowInput, present: Flow | undefined): FlowInput {
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
