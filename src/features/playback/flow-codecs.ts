import { Format } from '../../tams/documents/format.ts';
import type { Flow } from '../../tams/flows/flow.ts';

const PLAIN: Readonly<Record<string, string>> = {
  'audio/mp3': 'mp4a.40.34',
  'audio/ac3': 'ac-3',
  'audio/eac3': 'ec-3',
  'audio/opus': 'opus',
  'audio/flac': 'fLaC',
};

/** The codec as players are told of it (RFC 6381); undefined where the flow does not say enough. */
export function codecOf(flow: Flow): string | undefined {
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
