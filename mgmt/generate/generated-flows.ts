import type { Flow } from '../../src/tams/flows/flow.ts';
import { Format } from '../../src/tams/documents/format.ts';
import type { Source } from '../../src/tams/sources/source.ts';
import type { Tags } from '../../src/tams/documents/tags.ts';
import { EPOCH_MS, type GeneratedIds } from './generated-ids.ts';

const CREATED_BY = 'mgmt generate';
interface Picture {
  readonly width: number;
  readonly height: number;
  readonly codec: string;
  readonly kbps: number;
}

const SITES = ['london', 'salford', 'glasgow', 'cardiff', 'belfast'] as const;
const GENRES = ['news', 'sport', 'drama', 'music'] as const;
const PICTURES: readonly [Picture, ...Picture[]] = [
  { width: 1920, height: 1080, codec: 'video/h264', kbps: 8_000 },
  { width: 3840, height: 2160, codec: 'video/h265', kbps: 25_000 },
  { width: 1280, height: 720, codec: 'video/h264', kbps: 3_000 },
  { width: 640, height: 360, codec: 'video/h264', kbps: 800 },
];

const pick = <Item>(list: readonly [Item, ...Item[]], index: number): Item => list[index % list.length] ?? list[0];

/** Three of four sources are pictures, the fourth is sound. */
const isAudio = (source: number): boolean => source % 4 === 3;

/** Segments of pictures last 2 s; those of sound 90 AAC frames, which is near that. */
export function segmentShape(source: number): { readonly durationNs: bigint; readonly samples: number } {
  return isAudio(source)
    ? { durationNs: 1_920_000_000n, samples: 92_160 }
    : { durationNs: 2_000_000_000n, samples: 100 };
}

const tagsOf = (source: number): Tags => ({ site: pick(SITES, source), genre: pick(GENRES, source >> 1) });

const createdAt = (index: number): string => new Date(EPOCH_MS + index).toISOString();

export function generatedSource(ids: GeneratedIds, source: number): Source {
  const created = createdAt(source);
  return {
    id: ids.of('source', source),
    format: isAudio(source) ? Format.audio : Format.video,
    label: `Source ${source + 1}`,
    description: 'Made by mgmt generate',
    created_by: CREATED_BY,
    updated_by: CREATED_BY,
    created,
    updated: created,
    tags: tagsOf(source),
  };
}

/** The `number`th flow of all; `rendition` counts those of its source. */
export function generatedFlow(ids: GeneratedIds, number: number, source: number, rendition: number): Flow {
  const created = createdAt(number);
  const picture = pick(PICTURES, rendition);
  const { durationNs } = segmentShape(source);
  const common = {
    id: ids.of('flow', number),
    source_id: ids.of('source', source),
    label: `Source ${source + 1}, rendition ${rendition + 1}`,
    description: 'Made by mgmt generate',
    created_by: CREATED_BY,
    updated_by: CREATED_BY,
    tags: { ...tagsOf(source), rendition: String(rendition + 1) },
    metadata_version: '1',
    created,
    metadata_updated: created,
    segment_duration: { numerator: Number(durationNs / 10_000_000n), denominator: 100 },
  };
  if (isAudio(source)) {
    return {
      ...common,
      format: Format.audio,
      codec: 'audio/aac',
      container: 'video/mp2t',
      avg_bit_rate: 128,
      essence_parameters: {
        sample_rate: 48_000,
        channels: 2,
        codec_parameters: { coded_frame_size: 1024, mp4_oti: 2 },
      },
    };
  }
  return {
    ...common,
    format: Format.video,
    codec: picture.codec,
    container: 'video/mp2t',
    avg_bit_rate: picture.kbps,
    essence_parameters: {
      frame_rate: { numerator: 50, denominator: 1 },
      frame_width: picture.width,
      frame_height: picture.height,
      bit_depth: 8,
      interlace_mode: 'progressive',
      colorspace: 'BT709',
      transfer_characteristic: 'SDR',
      aspect_ratio: { numerator: 16, denominator: 9 },
      component_type: 'YCbCr',
      horiz_chroma_subs: 2,
      vert_chroma_subs: 2,
    },
  };
}
