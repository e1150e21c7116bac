import { Format } from '../../tams/documents/format.ts';
import type { Flow } from '../../tams/flows/flow.ts';

const PLAIN: Readonly<Record<string, string>> = {
  'audio/mp3': 'mp4a.40.34',
  'audio/ac3': 'ac-3',
  'audio/eac3': 'ec-3',
  'audio/opus': 'opus',
  'audio/flac': 'fLaC',
};

/**
 * The codecs as players are told of them; undefined where the flow does not say enough.
 *
 * @param contained the flows that lie in its segments
 */
export function codecsOf(flow: Flow, contained: readonly Flow[] = [flow]): readonly string[] | undefined {
  const codecs = contained.map(codecOf);
  return codecs.every((codec) => codec !== undefined) ? codecs : undefined;
}

/** The codec as players are told of it (RFC 6381); undefined where the flow does not say enough. */
function codecOf(flow: Flow): string | undefined {
  if (flow.format === Format.video && flow.codec === 'video/h264') {
    const { avc_parameters: avc } = flow.essence_parameters;
    return avc && `avc1.${[avc.profile, avc.flags, avc.level].map(hexByte).join('')}`;
  }
  if (flow.format !== Format.audio) return undefined;
  if (flow.codec !== 'audio/aac') return PLAIN[flow.codec];
  const type = flow.essence_parameters.codec_parameters?.mp4_oti;
  return type === undefined ? undefined : `mp4a.40.${type}`;
}

const hexByte = (value: number): string => (value & 0xff).toString(16).padStart(2, '0');
