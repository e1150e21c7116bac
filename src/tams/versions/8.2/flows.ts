import type { TObject, TProperties } from 'typebox';
import Type from 'typebox';
import { AppError } from '../../../shared/errors.ts';
import type { JsonText } from '../../../shared/paging.ts';
import { PATTERNS, Uuid } from '../../../http/schemas/common.ts';
import type { Validate } from '../../../http/validation/body-validator.ts';
import { Format } from '../../documents/format.ts';
import { flowCollection, OPTIONAL_ROLE } from '../../flows/collection-schemas.ts';
import { AudioEssence, DataEssence, ImageEssence, VideoEssence } from '../../flows/essence-schemas.ts';
import { type Flow, FLOW_STATUSES, type FlowInput } from '../../flows/flow.ts';
import { flowSchemas } from '../../flows/flow-schemas.ts';
import { compileFlow } from '../../flows/flow-validator.ts';
import { flowListQuery } from '../../parameters.ts';
import type { Surface } from '../surface.ts';
import { translated } from '../translate.ts';
import { tags } from './tags.ts';

const collection = flowCollection(OPTIONAL_ROLE);

const init_segments = Type.Optional(
  Type.Boolean({ description: 'Whether media objects need an initialisation segment. False where left out.' }),
);

const extended = (essence: TObject, title: string, more: TProperties = {}): TObject =>
  Type.Object({ ...essence.properties, ...more, init_segments }, { title, additionalProperties: false });

const schemas = flowSchemas({
  tags: tags.all,
  collection,
  video: extended(VideoEssence, 'VideoEssence', {
    vfr: Type.Optional(Type.Boolean({ description: 'Whether the frame rate varies; then `frame_rate` is left out.' })),
  }),
  audio: extended(AudioEssence, 'AudioEssence'),
  image: extended(ImageEssence, 'ImageEssence'),
  data: extended(DataEssence, 'DataEssence'),
  multi: extended(Type.Object({}), 'MultiEssence'),
  given: {
    status: Type.Optional(
      Type.Enum([...FLOW_STATUSES], { type: 'string', description: 'How far the ingest is, by the word of clients.' }),
    ),
  },
  shown: { profile_id: Type.Optional(Uuid) },
});

export const flows: Surface['flows'] = {
  ...schemas,
  collection,
  listQuery: flowListQuery,
  validate: withFrameRate(compileFlow(schemas.inputs)),
  show: (text) => translated(text, mayDiffer, showFlow),
  showCollection: (items) => [...items],
  read: (input) => input,
  readCollection: (items) => [...items],
};

/** TAMS 8.2, `schemas/flow-video.json`: a frame rate, or `vfr`. */
function withFrameRate(validate: Validate): Validate {
  return (body) => {
    const result = validate(body);
    if ('error' in result) return result;
    const flow = result.value as FlowInput;
    if (flow.format !== Format.video) return result;
    const { vfr = false, frame_rate: rate } = flow.essence_parameters;
    if (vfr === (rate === undefined)) return result;
    const problem = vfr ? 'must be left out where vfr is true' : 'is required unless vfr is true';
    const field = 'body/essence_parameters/frame_rate';
    return { error: new AppError('invalid_request', `${field} ${problem} (TAMS 8.2)`, { field }) };
  };
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

const MULTI_PROPERTIES = new Set(['init_segments']);

function showFlow(flow: Flow): Flow {
  const shown = { ...flow };
  if (!FLOW_STATUSES.some((status) => status === flow.status)) delete shown.status;
  if (!UUID.test(String(flow.profile_id))) delete shown.profile_id;
  if (shown.format === Format.video && shown.essence_parameters.frame_rate === undefined) {
    shown.essence_parameters = { ...shown.essence_parameters, vfr: true };
  }
  if (shown.format === Format.multi && shown.essence_parameters !== undefined) {
    const { init_segments: is } = shown.essence_parameters as { init_segments?: unknown };
    const isFit = Object.keys(shown.essence_parameters).every((name) => MULTI_PROPERTIES.has(name));
    if (!isFit || (is !== undefined && typeof is !== 'boolean')) delete shown.essence_parameters;
  }
  return shown;
}

const UUID = new RegExp(PATTERNS.uuid.pattern);
