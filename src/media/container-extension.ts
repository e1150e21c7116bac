import { Mime } from 'mime';
import otherTypes from 'mime/types/other.js';
import standardTypes from 'mime/types/standard.js';

/** Containers that the registry does not know, or knows by another extension than players do. */
const CONTAINERS = {
  'video/mp2t': ['ts', 'm2ts', 'mts', 'mpegts'],
  'application/ogg': ['ogg'],
  'audio/aac': ['aac'],
  'audio/ac3': ['ac3'],
  'audio/aiff': ['aif'],
  'audio/eac3': ['eac3'],
  'audio/flac': ['flac'],
  'audio/matroska': ['mka'],
  'audio/mpeg': ['mp3'],
  'audio/opus': ['opus'],
  'audio/vnd.wave': ['wav'],
  'audio/webm': ['webm'],
  'image/x-dpx': ['dpx'],
  'image/x-exr': ['exr'],
  'video/matroska': ['mkv'],
  'video/mp1s': ['mpg'],
  'video/mp2p': ['mpg'],
  'video/quicktime': ['mov'],
};

let mime: Mime | undefined;
/** Made when it is first used: its tables take 6 ms of a start. */
const types = (): Mime => (mime ??= new Mime(standardTypes, otherTypes).define(CONTAINERS, true));

/** The usual extension of files of a media type, without the dot; undefined where none is known. */
export function containerExtension(mediaType: string): string | undefined {
  return types().getExtension(mediaType) ?? undefined;
}

/** The extension of a name, without the dot, if it is that of any media type. */
export function knownExtension(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  const extension = name.slice(dot + 1);
  return dot > 0 && types().getType(extension) !== null ? extension : undefined;
}
