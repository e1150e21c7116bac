import { containerExtension } from '../../media/container-extension.ts';
import { AppError } from '../../shared/errors.ts';

/** How HLS carries the segments of a container (RFC 8216, section 3). */
export interface CarriedFormat {
  /** `fragmented` needs an initialisation. */
  readonly kind: 'transport' | 'fragmented' | 'packed' | 'text';
  /** The extension of its lines' names, without the dot. */
  readonly extension: string;
}

const KINDS: Readonly<Record<string, CarriedFormat['kind']>> = {
  'video/mp2t': 'transport',
  'video/mp4': 'fragmented',
  'audio/mp4': 'fragmented',
  'video/iso.segment': 'fragmented',
  'audio/iso.segment': 'fragmented',
  'audio/aac': 'packed',
  'audio/mpeg': 'packed',
  'audio/mp3': 'packed',
  'audio/ac3': 'packed',
  'audio/eac3': 'packed',
  'text/vtt': 'text',
};

/** Undefined: HLS does not carry such segments. */
export function carriedFormat(container: string | null | undefined): CarriedFormat | undefined {
  const type = container?.toLowerCase().split(';', 1)[0]?.trim() ?? '';
  const kind = KINDS[type];
  if (kind === undefined) return undefined;
  return { kind, extension: kind === 'fragmented' ? 'mp4' : (containerExtension(type) ?? 'bin') };
}

/** As `carriedFormat`. @throws AppError not_found that says why */
export function mustBeCarried(flowId: string, container: string | null): CarriedFormat {
  const format = carriedFormat(container);
  if (format !== undefined) return format;
  const is = container === null ? 'has no container' : `has segments of ${container}`;
  throw new AppError(
    'not_found',
    `flow ${flowId} ${is}: HLS carries MPEG-TS, fragmented MP4, packed audio (AAC, MP3, AC-3) and WebVTT`,
  );
}
