import { testId, videoFlow } from '../../../support/examples.ts';
import { ALLOCATED, FLOWS, type RandomRequest } from './random-requests.ts';

const NEEDS_INIT = { frame_rate: { numerator: 25 }, frame_width: 64, frame_height: 64, init_segments: true };

/** What random requests come to seldom: objects with bytes here, and one that others need. */
export const FIRST: readonly RandomRequest[] = [
  [
    'PUT',
    '/flows/{flowId}',
    { ...videoFlow({ id: FLOWS[0] ?? '', source_id: testId('source', 1) }), essence_parameters: NEEDS_INIT },
  ],
  ['POST', '/flows/{flowId}/storage', { object_ids: ALLOCATED }],
  [
    'POST',
    '/flows/{flowId}/segments',
    { object_id: 'one', init_object_id: 'init', timerange: '[0:0_1:0)', object_timerange: '[0:0_9:0)' },
  ],
  [
    'POST',
    '/flows/{flowId}/segments',
    { object_id: 'two/2', init_object_id: 'init', timerange: '[1:0_2:0)', key_frame_count: 2 },
  ],
].map(([method, path, json]) => ({ version: '8.2', method, path, params: [FLOWS[0]], json }) as RandomRequest);
