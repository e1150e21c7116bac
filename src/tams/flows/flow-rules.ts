import { AppError } from '../../shared/errors.ts';
import type { AudioEssenceParameters, FlowInput, VideoEssenceParameters } from './flow.ts';
import { Format } from '../documents/format.ts';
import type { Tags } from '../documents/tags.ts';

/** Packings whose components are luma and chroma, for which the subsampling must be known. */
const YUV_TYPES = new Set(['YUYV', 'UYVY', 'AYUV', 'v210', 'v216']);

/**
 * Checks rules that the schemas of TAMS 7.0 state only in prose (`flow-video.json`, `flow-audio.json`), and names that
 * cannot be stored. Throws `invalid_flow`, naming the property.
 */
export function checkFlowRules(flow: FlowInput): void {
  checkTagNames(flow.tags ?? {});
  if (flow.format === Format.video) checkVideo(flow.codec, flow.essence_parameters);
  if (flow.format === Format.audio) checkAudio(flow.codec, flow.essence_parameters);
}

/** Tables keep UTF-8: different names without a UTF-8 form would become the same. */
function checkTagNames(tags: Tags): void {
  if (Object.keys(tags).every((name) => name.isWellFormed())) return;
  throw new AppError('invalid_flow', 'body/tags: the name of a tag must be well-formed Unicode', { field: 'tags' });
}

function checkVideo(codec: string, parameters: VideoEssenceParameters): void {
  if (codec === 'video/raw') {
    mustBeSet('bit_depth', parameters.bit_depth, codec);
    mustBeSet('unc_parameters.unc_type', parameters.unc_parameters?.unc_type, codec);
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

function checkAudio(codec: string, parameters: AudioEssenceParameters): void {
  if (codec !== 'audio/x-raw-int' && codec !== 'audio/x-raw-float') return;
  mustBeSet('bit_depth', parameters.bit_depth, codec);
  mustBeSet('unc_parameters.unc_type', parameters.unc_parameters?.unc_type, codec);
  if (codec === 'audio/x-raw-float' && parameters.bit_depth !== 32 && parameters.bit_depth !== 64) {
    fail('bit_depth', `bit_depth must be 32 or 64 for codec ${codec}`);
  }
}

function mustBeSet(property: string, value: unknown, codec: string): void {
  if (value === undefined) fail(property, `${property} must be set for codec ${codec}`);
}

function fail(property: string, problem: string): never {
  const field = `essence_parameters.${property}`;
  throw new AppError('invalid_flow', `body/essence_parameters: ${problem}`, { field });
}
