/**
 * Examples in the OpenAPI document, which "Try it out" at `/docs` sends. In order, the requests make a flow, put a
 * segment on its timeline, and find it there.
 */

export const EXAMPLE_FLOW_ID = '10000000-0000-4000-8000-000000000002';
export const EXAMPLE_SOURCE_ID = '20000000-0000-4000-8000-000000000002';

export const EXAMPLE_FLOW = {
  id: EXAMPLE_FLOW_ID,
  source_id: EXAMPLE_SOURCE_ID,
  label: 'Camera 1',
  tags: { site: 'london' },
  format: 'urn:x-nmos:format:video',
  codec: 'video/h264',
  container: 'video/mp2t',
  avg_bit_rate: 8000,
  essence_parameters: { frame_rate: { numerator: 25 }, frame_width: 1920, frame_height: 1080 },
};

/** Its media is elsewhere, so no upload is needed first. */
export const EXAMPLE_SEGMENT = {
  object_id: 'an object that lies elsewhere',
  timerange: '[20:0_30:0)',
  get_urls: [{ label: 'elsewhere', url: 'https://media.example/20.ts' }],
};

export const EXAMPLE_PROFILE_ID = '30000000-0000-4000-8000-000000000002';

export const EXAMPLE_PROFILE = {
  id: EXAMPLE_PROFILE_ID,
  label: 'House format',
  flow_metadata: {
    format: 'urn:x-nmos:format:video',
    codec: 'video/h264',
    container: 'video/mp2t',
    avg_bit_rate: 8000,
    essence_parameters: { frame_rate: { numerator: 25 }, frame_width: 1920, frame_height: 1080 },
  },
};

const SERVER_MANAGED = {
  created: '2025-03-01T12:00:00.000Z',
  metadata_updated: '2025-03-01T12:00:00.000Z',
  created_by: 'ingest-1',
  updated_by: 'ingest-1',
  metadata_version: '0b9f6f2c-5f0e-4c36-8e0a-3c0a2f7b9a11',
};

/** Examples of components, by title, that would otherwise be generated as noise from patterns and types. */
export const COMPONENT_EXAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  Uuid: [EXAMPLE_FLOW_ID],
  Timestamp: ['10:500000000'],
  Timerange: ['[0:0_10:0)'],
  MediaType: ['video/mp2t'],
  Flow: [{ ...EXAMPLE_FLOW, ...SERVER_MANAGED }],
  Segment: [
    {
      object_id: '0195510c-2f4b-7000-8a3e-5d2c9be1f0a4',
      timerange: '[0:0_10:0)',
      get_urls: [{ url: 'https://store.example/media/0195510c?signature=...', presigned: true }],
    },
  ],
};
