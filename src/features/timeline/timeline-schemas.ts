import { Type } from '../../shared/type-builder.ts';
import { Integer, Timerange, Timestamp, Uuid } from '../../http/schemas/common.ts';
import { MOST_FLOWS } from './timeline-service.ts';

/** Requests and answers of timelines; not a part of TAMS. */

export const BUCKETS = { default: 1_200, max: 4_096 };

export const timelineQuery = Type.Object({
  timerange: Type.Optional(
    Type.Unsafe<string>({ ...Timerange, description: 'The range to draw; open ends are those of the content.' }),
  ),
  buckets: Type.Optional(
    Type.Integer({
      minimum: 1,
      description:
        `How many pixels it will be wide: gaps as long as one of so many parts of the range are told. ` +
        `${BUCKETS.default} by default, and lowered to ${BUCKETS.max}.`,
    }),
  ),
});

const range = (description: string) =>
  Type.Unsafe<string | null>({ anyOf: [Timerange, { type: 'null' }], description });

const FlowTimeline = Type.Object(
  {
    flow_id: Uuid,
    extent: range('From the start of the first segment to the end of the last; null without segments.'),
    covered: Type.Unsafe<string>({ ...Timestamp, description: 'How long all segments of the flow are, together.' }),
    segments: Type.Optional(
      Integer({
        minimum: 0,
        description: 'Segments of the flow; left out for flows that were filled before they were counted.',
      }),
    ),
    spans: Type.Array(Timerange, { description: 'The stretches with content, in order.' }),
    kind: Type.Enum(['segments', 'coverage'], {
      type: 'string',
      description:
        'Whether each span is one segment, which may reach out of the range, or what is covered of the range.',
    }),
    exact: Type.Boolean({ description: 'Whether no gap is left out. Gaps as long as a part of the range never are.' }),
  },
  { title: 'FlowTimeline' },
);

export const Timelines = Type.Object(
  {
    timerange: range('The range that was drawn; null without content.'),
    flows: Type.Array(FlowTimeline, {
      maxItems: MOST_FLOWS,
      description: 'The timeline of each flow; of those that it collects after it.',
    }),
    more: Type.Boolean({
      description: `Whether there are more than ${MOST_FLOWS} flows: the others are left out.`,
    }),
  },
  { title: 'Timelines' },
);
