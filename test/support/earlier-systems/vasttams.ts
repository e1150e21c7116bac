import { Bool, Int64, TimestampNanosecond, Utf8 } from 'apache-arrow';
import { testId } from '../examples.ts';
import type { EarlierTable } from './arrow-rows.ts';

/* Tables as vasttams has them (docs/adr/0038-importers.md), made up. */

const text = new Utf8();
const time = new TimestampNanosecond();
const int = new Int64();

const SEGMENT_NS = 2_000_000_000;
/** 2025-03-04T05:06:07Z */
export const CREATED_MS = 1_741_064_767_000;
const CREATED_DAY = '2025/03/04';

export const objectId = (segment: number): string => `object-${segment}`;
export const objectPath = (segment: number): string => `tams/${CREATED_DAY}/${objectId(segment)}`;

const timestamp = (ns: number): string => `${Math.floor(ns / 1e9)}:${ns % 1e9}`;

/** So many segments one after the other, spread evenly over the flows of one source. */
export function vasttamsTables(flows: number, segments: number): EarlierTable[] {
  const flowOf = (segment: number): string => testId('flow', segment % flows);
  const numbers = Array.from({ length: segments }, (_, number) => number);
  return [
    {
      name: 'sources',
      columns: {
        id: text,
        format: text,
        label: text,
        description: text,
        created_by: text,
        created: time,
        updated: time,
      },
      rows: [
        {
          id: testId('source', 0),
          format: 'urn:x-nmos:format:video',
          label: 'The source',
          created: CREATED_MS,
          updated: CREATED_MS,
        },
      ],
    },
    {
      name: 'flows',
      columns: {
        ...{ id: text, source_id: text, format: text, label: text, codec: text, container: text, created_by: text },
        ...{ metadata_version: text, generation: int, created: time, metadata_updated: time, read_only: new Bool() },
        ...{
          avg_bit_rate: int,
          segment_duration: text,
          flow_collection: text,
          essence_parameters: text,
          vfr: new Bool(),
        },
      },
      rows: Array.from({ length: flows }, (_, flow) => ({
        id: testId('flow', flow),
        source_id: testId('source', 0),
        format: 'urn:x-nmos:format:video',
        label: `Flow ${flow}`,
        codec: 'video/h264',
        container: 'video/mp2t',
        created_by: 'somebody',
        generation: 1n,
        created: CREATED_MS,
        read_only: false,
        avg_bit_rate: 5000n,
        segment_duration: '{"numerator": 2, "denominator": 1}',
        essence_parameters: '{"frame_rate": {"numerator": 25}, "frame_width": 1920, "frame_height": 1080}',
      })),
    },
    {
      name: 'tags',
      columns: { id: text, entity_type: text, entity_id: text, tag_name: text, tag_value: text, deleted_date: time },
      rows: [{ id: 'tag-1', entity_type: 'flow', entity_id: testId('flow', 0), tag_name: 'genre', tag_value: 'news' }],
    },
    {
      name: 'objects',
      columns: {
        id: text,
        referenced_by_flows: text,
        first_referenced_by_flow: text,
        timerange: text,
        size: int,
        created: time,
      },
      rows: numbers.map((segment) => ({
        id: objectId(segment),
        first_referenced_by_flow: flowOf(segment),
        size: 1000n,
        created: CREATED_MS,
      })),
    },
    {
      name: 'segments',
      columns: {
        ...{ id: text, flow_id: text, object_id: text, timerange_start: text, timerange_end: text, ts_offset: text },
        ...{ last_duration: text, sample_offset: int, sample_count: int, created: time },
      },
      rows: numbers.map((segment) => {
        const start = Math.floor(segment / flows) * SEGMENT_NS;
        return {
          id: `segment-${segment}`,
          flow_id: flowOf(segment),
          object_id: objectId(segment),
          timerange_start: `[${timestamp(start)}`,
          timerange_end: `${timestamp(start + SEGMENT_NS)})`,
          ts_offset: '0:0',
          sample_count: 50n,
          created: CREATED_MS,
        };
      }),
    },
  ];
}
