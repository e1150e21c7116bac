import { useEffect, useRef } from 'preact/hooks';
import { addressOf } from '../../address.ts';
import type { components } from '../../api/schema.d.ts';
import { search } from '../../texts/search.ts';
import { TimeRange } from '../../../../src/shared/time/timerange.ts';
import { formatTimestamp } from '../../../../src/shared/time/timestamp.ts';
import { stretchesOf } from './marked.ts';

type SearchHit = components['schemas']['SearchHit'];

/** A hit: a frame of its moment, its text, and the way to it. */
export function Hit({ hit, words }: { readonly hit: SearchHit; readonly words: string }) {
  const { flow, snippet, speaker, asset } = hit;
  const startNs = flow === undefined ? null : TimeRange.parse(flow.timerange).startNs;
  const time = clock(hit.start_ms);
  const place = flow && startNs !== null ? { flowId: flow.flow_id, ns: startNs } : undefined;
  return (
    <li class="hit">
      {place === undefined ? <div class="frame" /> : <Frame {...place} />}
      <div>
        <p>
          {stretchesOf(snippet.text, snippet.highlights).map(({ text, isMarked }, index) =>
            isMarked ? <mark key={index}>{text}</mark> : text,
          )}
        </p>
        <p class="muted">
          {place === undefined ? (
            <span title={search.unlinked}>{time}</span>
          ) : (
            <a
              href={addressOf(
                `flows/${place.flowId}?${new URLSearchParams({ at: formatTimestamp(place.ns), q: words })}`,
              )}
            >
              {search.play(time)}
            </a>
          )}
          {speaker !== undefined && <span>{speaker}</span>}
          <span class="mono key">{asset.key}</span>
        </p>
      </div>
    </li>
  );
}

/** Hours, minutes and seconds since the start of the medium. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** The picture at a time of a flow, drawn once it comes into sight. */
function Frame({ flowId, ns }: { readonly flowId: string; readonly ns: bigint }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const target = canvas.current;
    if (target === null) return;
    const gone = new AbortController();
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      void import('../../player/frame.ts').then(({ drawFrame }) => drawFrame(target, flowId, ns, gone.signal));
    });
    seen.observe(target);
    return () => {
      seen.disconnect();
      gone.abort();
    };
  }, [flowId, ns]);
  return <canvas ref={canvas} class="frame" width={160} height={90} aria-hidden="true" />;
}
