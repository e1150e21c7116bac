import { Type } from '../../shared/type-builder.ts';

/** Content formats of sources and flows (TAMS 7.0, `contentformat`). */
export const Format = {
  video: 'urn:x-nmos:format:video',
  image: 'urn:x-tam:format:image',
  audio: 'urn:x-nmos:format:audio',
  data: 'urn:x-nmos:format:data',
  multi: 'urn:x-nmos:format:multi',
} as const;

export type FormatUrn = (typeof Format)[keyof typeof Format];

export const ContentFormat = Type.Enum([Format.video, Format.image, Format.audio, Format.data, Format.multi], {
  type: 'string',
  title: 'ContentFormat',
  description: 'The kind of content of a source or a flow.',
});
