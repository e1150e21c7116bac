import { Format } from '../../src/tams/documents/format.ts';

/** Flows of every format, small but complete; each call makes new ones under the given ids. */

interface Ids {
  id: string;
  source_id: string;
}

export const videoFlow = (ids: Ids, more: object = {}) => ({
  ...ids,
  format: Format.video,
  codec: 'video/h264',
  container: 'video/mp2t',
  essence_parameters: { frame_rate: { numerator: 25 }, frame_width: 1920, frame_height: 1080 },
  ...more,
});

export const audioFlow = (ids: Ids, more: object = {}) => ({
  ...ids,
  format: Format.audio,
  codec: 'audio/aac',
  container: 'video/mp2t',
  essence_parameters: { sample_rate: 48_000, channels: 2 },
  ...more,
});

export const imageFlow = (ids: Ids, more: object = {}) => ({
  ...ids,
  format: Format.image,
  codec: 'image/jpeg',
  container: 'image/jpeg',
  essence_parameters: { frame_width: 640, frame_height: 480, aspect_ratio: { numerator: 4, denominator: 3 } },
  ...more,
});

export const dataFlow = (ids: Ids, more: object = {}) => ({
  ...ids,
  format: Format.data,
  codec: 'application/ttml+xml',
  container: 'application/mp4',
  essence_parameters: { data_type: 'urn:x-test:subtitles' },
  ...more,
});

export const multiFlow = (ids: Ids, more: object = {}) => ({
  ...ids,
  format: Format.multi,
  container: 'video/mp2t',
  ...more,
});

/** The n-th id of a kind; all of them match the pattern of TAMS 7.0. */
export function testId(kind: 'flow' | 'source', n: number): string {
  const prefix = kind === 'flow' ? 'f1000000' : '50000000';
  return `${prefix}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}
