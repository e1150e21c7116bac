/** Content formats of sources and flows (TAMS 7.0, `contentformat`). */
export const Format = {
  video: 'urn:x-nmos:format:video',
  image: 'urn:x-tam:format:image',
  audio: 'urn:x-nmos:format:audio',
  data: 'urn:x-nmos:format:data',
  multi: 'urn:x-nmos:format:multi',
} as const;

export type FormatUrn = (typeof Format)[keyof typeof Format];
