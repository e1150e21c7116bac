import { describe, expect, it } from 'vitest';
import { Format } from '../../../../src/tams/documents/format.ts';
import { surface70 } from '../../../../src/tams/versions/7.0/surface.ts';

const { validate } = surface70.flows;
const faultOf = (body: unknown): string => {
  const result = validate(body);
  return 'error' in result ? result.error.message : 'no fault';
};

const ids = { id: '6101df05-06bb-41b8-8af4-cf7cd33df209', source_id: '41d7f7eb-c48d-4513-9b37-17b418d26d7f' };
const video = {
  ...ids,
  format: Format.video,
  codec: 'video/h264',
  essence_parameters: { frame_width: 1920, frame_height: 1080 },
};

describe('the body of a flow', () => {
  it("loses what is the server's to say, whatever it is, and keeps what is unknown", () => {
    const sent = {
      ...video,
      created: 5,
      metadata_updated: 'x',
      segments_updated: null,
      timerange: 'x',
      collected_by: 'x',
      future_property: [1],
    };
    expect(validate(sent)).toEqual({ value: { ...video, future_property: [1] } });
    expect(sent.created).toBe(5);
  });

  it.each([
    [null, 'body must be an object'],
    [[], 'body must be an object'],
    [{}, 'body/format is required'],
    [{ ...video, format: 'video' }, 'body/format must be one of urn:x-nmos:format:video'],
    [{ ...video, format: 'toString' }, 'body/format must be one of'],
    [{ ...video, id: 'X' }, 'body/id must be a lower-case UUID'],
    [{ ...video, codec: 'h264' }, 'body/codec must be a media type'],
    [{ ...ids, format: Format.video, essence_parameters: {} }, 'body/codec is required'],
    [{ ...ids, format: Format.video, codec: 'video/h264' }, 'body/essence_parameters is required'],
    [{ ...video, essence_parameters: { frame_width: 1 } }, 'body/essence_parameters/frame_height is required'],
    [
      { ...video, essence_parameters: { ...video.essence_parameters, channels: 2 } },
      'body/essence_parameters/channels',
    ],
    [{ ...video, format: Format.audio }, 'body/essence_parameters/'],
    [{ ...video, tags: { a: 1 } }, 'body/tags/a must be a string'],
    [{ ...video, tags: [] }, 'body/tags must be an object'],
    [{ ...video, flow_collection: [{ id: ids.id }] }, 'body/flow_collection/0/role is required'],
    [{ ...video, avg_bit_rate: -1 }, 'body/avg_bit_rate must be >= 0'],
    [{ ...video, max_bit_rate: 1e300 }, 'body/max_bit_rate must be <= 9007199254740991'],
    [{ ...video, label: null }, 'body/label must be a string'],
    [{ ...video, segment_duration: { numerator: 0 } }, 'body/segment_duration/numerator must be >= 1'],
  ])('%j is refused: %s', (body, fault) => {
    expect(faultOf(body)).toContain(fault);
  });

  it.each([
    { ...video, format: Format.image, essence_parameters: { frame_width: 1, frame_height: 1 } },
    { ...video, format: Format.data, essence_parameters: {} },
    { ...video, format: Format.audio, essence_parameters: { sample_rate: 48_000, channels: 2 } },
    { ...ids, format: Format.multi },
  ])('of format $format is checked against its own schema', (body) => {
    expect(faultOf(body)).toBe('no fault');
  });
});
