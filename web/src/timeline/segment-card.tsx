import { useEffect, useState } from 'preact/hooks';
import { dataOf, tams } from '../api/client.ts';
import { timeline as texts } from '../texts/timeline.ts';
import { type FrameRate, showLength, showTime, type Unit } from '../time/shown-time.ts';
import { type Lane, spanAt, spanText } from './lanes.ts';
import { lengthOf } from './view.ts';

/** Hovering shorter than this asks for nothing. */
const REST_MS = 150;

interface Segment {
  readonly object_id: string;
  readonly timerange: string;
  readonly sample_count?: number;
  readonly get_urls?: readonly { readonly label?: string }[];
}

interface CardProps {
  readonly lane: Lane;
  readonly label: string;
  readonly ns: bigint;
  readonly unit: Unit;
  readonly rate: FrameRate | undefined;
}

/** The content at a place of a lane; where segments are told apart, the segment with its object. */
export function SegmentCard({ lane, label, ns, unit, rate }: CardProps) {
  const span = spanAt(lane.spans, ns);
  const segment = useSegment(lane, ns);
  return (
    <>
      <strong>{label}</strong>
      <div>{showTime(ns, unit, rate)}</div>
      {span === undefined ? (
        <div class="muted">{texts.gap}</div>
      ) : (
        <dl class="facts">
          <dt>{lane.areSegments ? texts.segment : texts.content}</dt>
          <dd class="mono">{spanText(span)}</dd>
          <dt>{texts.length}</dt>
          <dd>{showLength(lengthOf(span))}</dd>
          {segment !== undefined && (
            <>
              <dt>{texts.object}</dt>
              <dd class="mono">{segment.object_id}</dd>
              {segment.sample_count !== undefined && (
                <>
                  <dt>{texts.samples}</dt>
                  <dd>{segment.sample_count}</dd>
                </>
              )}
              <dt>{texts.instances}</dt>
              <dd>{(segment.get_urls ?? []).map(({ label: name }) => name ?? '-').join(', ') || '-'}</dd>
            </>
          )}
        </dl>
      )}
    </>
  );
}

/** The segment at a time, once the pointer rests; undefined where segments are too many to be told apart. */
function useSegment({ flowId, spans, areSegments }: Lane, ns: bigint): Segment | undefined {
  const span = areSegments ? spanAt(spans, ns) : undefined;
  const key = span === undefined ? undefined : `${flowId} ${span.startNs}`;
  const [found, setFound] = useState<{ key: string; segment: Segment }>();
  useEffect(() => {
    if (key === undefined || span === undefined) return;
    const gone = new AbortController();
    const timer = setTimeout(() => {
      const query = {
        timerange: spanText({ startNs: span.startNs, endNs: span.startNs + 1n }),
        limit: 1,
        presigned: false,
      };
      dataOf(tams.GET('/flows/{flowId}/segments', { params: { path: { flowId }, query }, signal: gone.signal })).then(
        ([segment]) => {
          if (segment !== undefined) setFound({ key, segment });
        },
        // The card says less without it; the timeline tells of a lost server.
        () => undefined,
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [key]);
  return found?.key === key ? found?.segment : undefined;
}
