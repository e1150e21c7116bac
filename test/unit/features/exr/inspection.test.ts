import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../../src/formats/exr/header/byte-source.ts';
import { inspectExr } from '../../../../src/features/exr/rules/inspect.ts';
import type { ExrInspection } from '../../../../src/features/exr/rules/inspection.ts';
import {
  attribute,
  channels,
  float,
  int,
  requiredAttributes,
  type WrittenAttribute,
  writeHeader,
} from '../../../support/exr-writer.ts';
import { FIXTURE_NAMES, fixture } from '../../formats/exr/support.ts';

const LOCATION = {
  path: 's3://renders/shots/beauty.1001.exr',
  bucket: 'renders',
  key: 'shots/beauty.1001.exr',
  mtime: '2025-01-02T03:04:05Z',
};

async function inspect(bytes: Buffer): Promise<ExrInspection> {
  return (await inspectExr(memorySource(bytes), LOCATION)).inspection;
}

describe('inspectExr', () => {
  it('says where the file lies, and which frame it is', async () => {
    const bytes = fixture('multipart-deep.exr');
    expect((await inspect(bytes)).file).toEqual({
      ...LOCATION,
      size: bytes.length,
      frame_number: 1001,
      part_count: 2,
      is_deep: true,
      header_hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it('says what a part is, with its time code and its colours', async () => {
    const { parts } = await inspect(fixture('standard-attributes.exr'));
    expect(parts).toEqual([
      {
        index: 0,
        name: null,
        view: null,
        type: 'scanlineimage',
        data_window: { x_min: 0, y_min: 0, x_max: 15, y_max: 8 },
        display_window: { x_min: 0, y_min: 0, x_max: 15, y_max: 8 },
        pixel_aspect_ratio: 1,
        line_order: 'increasing_y',
        compression: 'zip',
        software: null,
        tiles: null,
        is_deep: false,
        timecode: expect.objectContaining({ text: '19:08:07;03', field_phase: true }) as object,
        color_space: 'lin_ap0',
        chromaticities: { red: [0.7347, 0.2653], green: [0, 1], blue: [0.0001, -0.077], white: [0.32168, 0.33767] },
        white_luminance: 100,
        adopted_neutral: [0.32168, 0.33767],
        rendering_transform: 'rrt',
        look_mod_transform: 'lmt',
        aces_container: false,
      },
    ]);
  });

  it('names the colour space by attribute rather than by primaries, and not at all without either', async () => {
    const colorOf = async (...changes: WrittenAttribute[]): Promise<unknown> =>
      (await inspect(writeHeader({ parts: [requiredAttributes(...changes)] }))).parts[0]?.color_space;
    const rec709 = attribute(
      'chromaticities',
      'chromaticities',
      float(0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329),
    );
    expect(await colorOf()).toBeNull();
    expect(await colorOf(rec709)).toBe('lin_rec709');
    expect(await colorOf(rec709, attribute('colorInteropID', 'string', Buffer.from('lin_ap1')))).toBe('lin_ap1');
    expect(await colorOf(attribute('chromaticities', 'chromaticities', float(1, 2, 3, 4, 5, 6, 7, 8)))).toBeNull();
    expect(await colorOf(attribute('chromaticities', 'chromaticities', float(1)))).toBeNull();
    expect(
      await colorOf(attribute('chromaticities', 'chromaticities', float(...Array<number>(8).fill(NaN)))),
    ).toBeNull();
  });

  it('counts', async () => {
    const { stats } = await inspect(fixture('layers-mixed-types.exr'));
    expect(stats).toMatchObject({
      part_count: 1,
      channel_count: 6,
      attribute_count: 9,
      layer_count: 2,
      channels_by_type: { uint: 1, half: 4, float: 1 },
      pixel_count: 20 * 12,
      uncompressed_bytes: 20 * 12 * (4 + 4 * 2 + 4),
      reads: 1,
    });
    // Of the coordinates -3 to 4, two can be divided by 4: 0 and 4.
    const sampled = writeHeader({
      parts: [
        requiredAttributes(
          attribute('channels', 'chlist', channels({ name: 'Y', type: 2, sampling: [4, 1] })),
          attribute('dataWindow', 'box2i', int(-3, 0, 4, 0)),
        ),
      ],
    });
    expect((await inspect(sampled)).stats.uncompressed_bytes).toBe(2 * 4);
  });

  it.each(FIXTURE_NAMES)('survives JSON, has a verdict and no errors: %s', async (name) => {
    const { inspection, vectors } = await inspectExr(memorySource(fixture(name)), LOCATION);
    expect(JSON.parse(JSON.stringify(inspection))).toEqual(inspection);
    expect(inspection.schema_version).toBe(1);
    expect(inspection.errors).toEqual([]);
    expect(inspection.validation).toMatchObject({ status: 'PASS', policy: 'default' });
    expect(inspection.stats.channel_count).toBe(inspection.channels.length);
    expect(inspection.stats.attribute_count).toBe(inspection.attributes.length);
    expect(vectors.metadata).toHaveLength(384);
    expect(vectors.channels.map(({ length }) => length)).toEqual(inspection.parts.map(() => 128));
  });

  it('reports what it could not read, and goes on', async () => {
    const bytes = writeHeader({ parts: [requiredAttributes(attribute('gain', 'float', int(1, 2)))] });
    const { errors, validation, attributes } = await inspect(bytes);
    expect(errors).toMatchObject([{ part: 0, attribute: 'gain', offset: bytes.length - 9 }]);
    expect(validation.status).toBe('WARN');
    expect(attributes.find(({ name }) => name === 'gain')?.value).toEqual({ base64: 'AQAAAAIAAAA=' });
  });
});
