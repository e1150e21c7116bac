import { AppError } from '../../shared/errors.ts';
import {
  type AudioEssenceParameters,
  type Flow,
  type FlowInput,
  type FlowProperty,
  type FlowTechnical,
  type ProfiledFlow,
  profileOf,
  TECHNICAL_PROPERTIES,
  type VideoEssenceParameters,
} from './flow.ts';
import { Format } from '../documents/format.ts';
import type { Tags } from '../documents/tags.ts';
import { fromJson } from '../../shared/json-text.ts';
import type { StoreTransaction } from '../vast-store.ts';

/** Packings whose components are luma and chroma, for which the subsampling must be known. */
const YUV_TYPES = new Set(['YUYV', 'UYVY', 'AYUV', 'v210', 'v216']);

/** Checks what schemas cannot say, and names that cannot be stored. Throws `invalid_flow`, naming the property. */
export function checkFlowRules(flow: FlowInput): void {
  checkTagNames(flow.tags ?? {});
  checkTechnicalRules(flow);
}

/**
 * Checks rules that the schemas of TAMS state only in prose (`flow-video.json`, `flow-audio.json`). Throws `invalid_flow`,
 * naming the property.
 *
 * @param at where the properties are
 */
export function checkTechnicalRules(flow: FlowTechnical, at = 'body'): void {
  if (flow.format === Format.video) checkVideo(flow.codec, flow.essence_parameters, failAt(at));
  if (flow.format === Format.audio) checkAudio(flow.codec, flow.essence_parameters, failAt(at));
}

/** Tables keep UTF-8: different names without a UTF-8 form would become the same. */
export function checkTagNames(tags: Tags): void {
  if (Object.keys(tags).every((name) => name.isWellFormed())) return;
  throw new AppError('invalid_flow', 'body/tags: the name of a tag must be well-formed Unicode', { field: 'tags' });
}

type Fail = (property: string, problem: string) => never;

function checkVideo(codec: string, parameters: VideoEssenceParameters, fail: Fail): void {
  if (codec === 'video/raw') {
    mustBeSet('bit_depth', parameters.bit_depth, codec, fail);
    mustBeSet('unc_parameters.unc_type', parameters.unc_parameters?.unc_type, codec, fail);
  }
  const { horiz_chroma_subs: horizontal, vert_chroma_subs: vertical } = parameters;
  if ((horizontal === undefined) !== (vertical === undefined)) {
    fail('horiz_chroma_subs', 'horiz_chroma_subs and vert_chroma_subs are set together or not at all');
  }
  const packing = parameters.unc_parameters?.unc_type;
  if (packing !== undefined && YUV_TYPES.has(packing) && horizontal === undefined) {
    fail('horiz_chroma_subs', `horiz_chroma_subs and vert_chroma_subs must be set for unc_type ${packing}`);
  }
}

function checkAudio(codec: string, parameters: AudioEssenceParameters, fail: Fail): void {
  if (codec !== 'audio/x-raw-int' && codec !== 'audio/x-raw-float') return;
  mustBeSet('bit_depth', parameters.bit_depth, codec, fail);
  mustBeSet('unc_parameters.unc_type', parameters.unc_parameters?.unc_type, codec, fail);
  if (codec === 'audio/x-raw-float' && parameters.bit_depth !== 32 && parameters.bit_depth !== 64) {
    fail('bit_depth', `bit_depth must be 32 or 64 for codec ${codec}`);
  }
}

function mustBeSet(property: string, value: unknown, codec: string, fail: Fail): void {
  if (value === undefined) fail(property, `${property} must be set for codec ${codec}`);
}

const failAt =
  (at: string): Fail =>
  (property, problem) => {
    const field = `${at}/essence_parameters`.replace(/^body\//, '').replaceAll('/', '.');
    throw new AppError('invalid_flow', `${at}/essence_parameters: ${problem}`, { field: `${field}.${property}` });
  };

/**
 * The flow with the technical properties of the profile that it names, unless it has its own (TAMS 8.2,
 * `PUT /flows/{flowId}`).
 *
 * @throws AppError invalid_flow where there is no such profile
 */
export async function withProfile(tx: StoreTransaction, flow: FlowInput | ProfiledFlow): Promise<FlowInput> {
  if (flow.format !== undefined) return flow;
  const { format: _, ...given } = flow;
  const profile = await tx.withRight('any').profiles.find(given.profile_id);
  if (profile !== undefined) return { ...fromJson(profile).flow_metadata, ...given };
  const summary = `body/profile_id: there is no profile ${given.profile_id}; POST it to /service/profiles/${given.profile_id} first`;
  throw new AppError('invalid_flow', summary, { field: 'profile_id' });
}

/**
 * To be called before a single property changes. A flow keeps its profile only while it has the technical properties of it.
 *
 * @param leaves whether the flow leaves its profile then; else the change is refused
 * @throws AppError invalid_flow
 */
export function leaveProfile(flow: Flow, property: FlowProperty, value: unknown, leaves: boolean): void {
  const profile = profileOf(flow);
  if (profile === undefined || !TECHNICAL.has(property)) return;
  if (leaves) {
    if (flow[property] !== value) delete flow.profile_id;
    return;
  }
  const summary = `${property} of flow ${flow.id} comes from its profile ${profile}; PUT the flow without profile_id to change it`;
  throw new AppError('invalid_flow', summary, { field: property });
}

const TECHNICAL: ReadonlySet<string> = new Set(TECHNICAL_PROPERTIES);
