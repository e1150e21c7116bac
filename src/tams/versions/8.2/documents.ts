import type { TObject, TProperties } from 'typebox';
import { Type } from '../../../shared/type-builder.ts';
import { Dictionary, Uuid } from '../../../http/schemas/common.ts';
import { compileBody, type Validate } from '../../../http/validation/body-validator.ts';
import type { TagValue } from '../../documents/tags.ts';
import type { Surface } from '../surface.ts';
import { AppError } from '../../../shared/errors.ts';
import type { JsonText } from '../../../shared/paging.ts';
import { Format } from '../../documents/format.ts';
import { collectionItem, flowCollection, OPTIONAL_ROLE } from '../../flows/collection-schemas.ts';
import { AudioEssence, DataEssence, ImageEssence, VideoEssence } from '../../flows/essence-schemas.ts';
import {
  type Flow,
  FLOW_STATUSES,
  type FlowInput,
  type FlowTechnical,
  profileOf,
  statusOf,
  TECHNICAL_PROPERTIES,
} from '../../flows/flow.ts';
import { descriptive, type FlowParts, flowSchemas } from '../../flows/flow-schemas.ts';
import { compileFlow, compileFlowOf } from '../../flows/flow-validator.ts';
import { flowListQuery, sourceListQuery } from '../../parameters.ts';
import { translated } from '../translate.ts';
import { sourceSchema } from '../../sources/source-schemas.ts';

const value = Type.Unsafe<TagValue>({
  anyOf: [Type.String(), Type.Array(Type.String())],
  title: 'TagValue',
  description: 'Free text, or a list of free texts.',
});

/** TAMS 8.2, `schemas/tags.json`. */
export const tags: Surface['tags'] = {
  value,
  all: Dictionary(value, { title: 'Tags', description: 'Free text, or lists of it, by free names.' }),
  validate: compileBody(value),
  show: (shown) => shown,
  showAll: (shown) => shown,
  read: (given) => given,
  // The whole text, too, so that a value with a comma can be found.
  match: (text) => ({ anyOf: [...new Set([...text.split(','), text])], items: true }),
};

const collection = flowCollection(OPTIONAL_ROLE);

const init_segments = Type.Optional(
  Type.Boolean({ description: 'Whether media objects need an initialisation segment. False where left out.' }),
);

const extended = (essence: TObject, title: string, more: TProperties = {}): TObject =>
  Type.Object({ ...essence.properties, ...more, init_segments }, { title, additionalProperties: false });

const given = {
  status: Type.Optional(
    Type.Enum([...FLOW_STATUSES], { type: 'string', description: 'How far the ingest is, by the word of clients.' }),
  ),
};

const ProfiledFlowInput = Type.Object(
  { ...descriptive(tags.all, collection), ...given, profile_id: Uuid },
  { title: 'ProfiledFlowInput', description: 'The profile gives all technical properties.' },
);

export const parts: FlowParts = {
  tags: tags.all,
  collection,
  video: extended(VideoEssence, 'VideoEssence', {
    vfr: Type.Optional(Type.Boolean({ description: 'Whether the frame rate varies; then `frame_rate` is left out.' })),
  }),
  audio: extended(AudioEssence, 'AudioEssence'),
  image: ImageEssence,
  data: extended(DataEssence, 'DataEssence'),
  multi: extended(Type.Object({}), 'MultiEssence'),
  given,
  shown: { profile_id: Type.Optional(Uuid) },
  others: [ProfiledFlowInput],
};

const schemas = flowSchemas(parts);

export const flows: Surface['flows'] = {
  ...schemas,
  collection,
  listQuery: flowListQuery,
  validate: orProfiled(withFrameRate(compileFlow(schemas.inputs))),
  show: (text) => translated(text, mayDiffer, showFlow),
  showCollection: (items) => [...items],
  read: (input) => input,
  leavesProfile: false,
  validateCollection: compileBody(collection),
  readCollection: (items) => [...items],
};

/** TAMS 8.2, `schemas/flow-put.json`: technical properties, or a profile. An empty `profile_id` names none. */
function orProfiled(validate: Validate): Validate {
  const validateProfiled = compileFlowOf(ProfiledFlowInput);
  return (body) => {
    if (typeof body !== 'object' || body === null || !('profile_id' in body)) return validate(body);
    const { profile_id: profile, ...flow } = body;
    if (profile === '') return validate(flow);
    const name = TECHNICAL_PROPERTIES.find((each) => each in flow);
    if (name === undefined) return validateProfiled(body);
    const summary = `body/${name} must be left out where profile_id is given: it comes from the profile`;
    return { error: new AppError('invalid_request', summary, { field: `body/${name}` }) };
  };
}

/** TAMS 8.2, `schemas/flow-video.json`: a frame rate, or `vfr`. */
function withFrameRate(validate: Validate): Validate {
  return (body) => {
    const result = validate(body);
    if ('error' in result) return result;
    const error = frameRateFault(result.value as FlowInput, 'body');
    return error === undefined ? result : { error };
  };
}

/** @param at where the properties are */
export function frameRateFault(flow: FlowTechnical, at: string): AppError | undefined {
  if (flow.format !== Format.video) return undefined;
  const { vfr = false, frame_rate: rate } = flow.essence_parameters;
  if (vfr === (rate === undefined)) return undefined;
  const problem = vfr ? 'must be left out where vfr is true' : 'is required unless vfr is true';
  const field = `${at}/essence_parameters/frame_rate`;
  return new AppError('invalid_request', `${field} ${problem} (TAMS 8.2)`, { field });
}

const STRANGE_STATUS = new RegExp(`"status":(?!"(?:${FLOW_STATUSES.join('|')})")`);
const STRANGE_PROFILE = /"profile_id":(?!"[0-9a-f]{8}-)/;

/**
 * Flows that were written before this server knew 8.2: videos with neither frame rate nor `vfr`, and properties of free
 * names that 8.2 has a meaning for.
 */
function mayDiffer(flow: JsonText): boolean {
  if (STRANGE_STATUS.test(flow) || STRANGE_PROFILE.test(flow)) return true;
  if (flow.includes(`"format":"${Format.video}"`))
    return !flow.includes('"frame_rate":{') && !flow.includes('"vfr":true');
  return flow.includes(`"format":"${Format.multi}"`) && flow.includes('"essence_parameters":');
}

function showFlow(flow: Flow): Flow {
  const shown = { ...flow };
  if (statusOf(flow) === undefined) delete shown.status;
  if (profileOf(flow) === undefined) delete shown.profile_id;
  if (shown.format === Format.video && shown.essence_parameters.frame_rate === undefined) {
    shown.essence_parameters = { ...shown.essence_parameters, vfr: true };
  }
  if (shown.format === Format.multi && !isMultiEssence(shown.essence_parameters)) delete shown.essence_parameters;
  return shown;
}

/** 7.0 does not have the parameters of a multi flow, and so takes anything for them: a text, null, or a list. */
function isMultiEssence(essence: unknown): boolean {
  if (typeof essence !== 'object' || essence === null || Array.isArray(essence)) return false;
  return Object.entries(essence).every(([name, value]) => name === 'init_segments' && typeof value === 'boolean');
}

export const sources: Surface['sources'] = {
  listQuery: sourceListQuery,
  schema: sourceSchema({ tags: tags.all, collectionItem: collectionItem(OPTIONAL_ROLE) }),
  show: (text) => text,
};
