import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ErrorNote } from '../parts/error-note.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { timeline as texts } from '../texts/timeline.ts';
import { shownTheme } from '../theme.ts';
import { showLength, showTime } from '../time/shown-time.ts';
import { drawTimeline, heightOf, laneAt, RULER_PX } from './draw.ts';
import type { Lane } from './lanes.ts';
import { Minimap } from './minimap.tsx';
import { followPointers } from './pointer.ts';
import { SegmentCard } from './segment-card.tsx';
import { timelineKey } from './timeline-keys.ts';
import type { TimelineModel } from './timeline-model.ts';
import { lengthOf, nsAt, wholeView, xOf, zoomed } from './view.ts';
import './timeline.css';

/** The flows of a subject on a timeline at every zoom: one canvas, and a list of lanes beside it. */
export function Timeline({ model }: { readonly model: TimelineModel }) {
  const { data, view, position } = model;
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const card = useSignal<{ readonly x: number; readonly y: number } | undefined>(undefined);
  const extent = data.extent.value;
  const lanes = data.lanes.value;

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => (width.value = element.clientWidth));
    watch.observe(element);
    const end = followPointers(element, {
      view: () => model.view.peek(),
      extent: () => data.extent.peek(),
      setView: (next) => (model.view.value = next),
      seek: (ns) => model.seek(ns),
      hover: (at) => (card.value = at),
      scrubs: (y) => y < RULER_PX,
    });
    return () => {
      watch.disconnect();
      end();
    };
  }, [model]);

  // The view is asked for, and drawn in the next frame: many changes in one frame are one picture.
  useSignalEffect(() => {
    if (view.value !== undefined && width.value > 0) data.show(view.value, width.value);
  });
  useSignalEffect(() => {
    const chosen = shownTheme.value;
    const picture = model.picture();
    const across = width.value;
    const frame = requestAnimationFrame(() => {
      if (canvas.current === null || picture === undefined || across === 0) return;
      canvas.current.dataset['theme'] = chosen;
      drawTimeline(canvas.current, across, picture);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  });

  const zoom = (factor: number): void => {
    if (view.value === undefined || extent === undefined) return;
    view.value = zoomed(view.value, width.value, xOf(view.value, width.value, position.value), factor, extent);
  };
  const keyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || view.value === undefined || extent === undefined) return;
    if (event.key === 'Enter') {
      card.value = { x: xOf(view.value, width.value, position.value), y: RULER_PX + 1 };
    } else if (event.key === 'Escape') {
      card.value = undefined;
    } else {
      const target = { view: view.value, extent, width: width.value, lanes: lanes ?? [], positionNs: position.value };
      const done = timelineKey(event.key, {
        ...target,
        setView: (next) => (view.value = next),
        seek: (ns) => model.seek(ns),
      });
      if (!done) return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const height = heightOf(lanes?.length ?? 1, model.hits.value.length > 0);
  return (
    <section class="timeline" aria-label={texts.label}>
      {data.error.value !== undefined && (
        <ErrorNote error={data.error.value} retry={() => void model.reload(width.value)} />
      )}
      <div class="timeline-tools">
        <button type="button" onClick={() => zoom(0.5)} aria-label={texts.zoomIn}>
          +
        </button>
        <button type="button" onClick={() => zoom(2)} aria-label={texts.zoomOut}>
          −
        </button>
        <button
          type="button"
          disabled={extent === undefined}
          onClick={() => extent && (view.value = wholeView(extent))}
        >
          {texts.all}
        </button>
        <span class="muted">
          {view.value !== undefined && showLength(lengthOf(view.value))}
          {lanes?.some(({ isExact }) => !isExact) === true && ` · ${texts.finer}`}
        </span>
      </div>
      <div class="timeline-body">
        <ul class="lane-names" style={{ paddingTop: `${RULER_PX}px` }}>
          {(lanes ?? []).map((lane) => (
            <li key={lane.flowId}>
              <a href={model.flowHref(lane.flowId)} title={laneText(lane, model)}>
                {model.labelOf(lane.flowId)}
              </a>
            </li>
          ))}
          {model.hits.value.length > 0 && <li>{texts.words}</li>}
        </ul>
        <div class="timeline-canvas">
          <canvas
            ref={canvas}
            style={{ height: `${height}px` }}
            tabIndex={0}
            role="slider"
            aria-label={texts.label}
            aria-describedby="timeline-help"
            aria-valuemin={0}
            aria-valuemax={extent === undefined ? 0 : secondsOf(lengthOf(extent))}
            aria-valuenow={extent === undefined ? 0 : secondsOf(position.value - extent.startNs)}
            aria-valuetext={showTime(position.value, model.unit.value, model.rate.value)}
            onKeyDown={keyDown}
          />
          {lanes === undefined && <Skeleton lines={2} />}
          {lanes !== undefined && extent === undefined && <p class="timeline-empty muted">{texts.empty}</p>}
          <Card model={model} at={card.value} width={width.value} />
          <Minimap model={model} width={width.value} />
        </div>
      </div>
      <p id="timeline-help" class="hidden">
        {texts.help} {(lanes ?? []).map((lane) => laneText(lane, model)).join(' ')}
      </p>
    </section>
  );
}

function Card({ model, at, width }: { model: TimelineModel; at: { x: number; y: number } | undefined; width: number }) {
  const lanes = model.data.lanes.value;
  const view = model.view.value;
  const place = at && (laneAt(at.y, lanes?.length ?? 0) ?? undefined);
  const lane = place === undefined ? undefined : lanes?.[place];
  if (at === undefined || lane === undefined || view === undefined) return null;
  const isRight = at.x > width / 2;
  return (
    <div
      class="card timeline-card"
      role="status"
      style={{ top: `${at.y + 14}px`, ...(isRight ? { right: `${width - at.x + 10}px` } : { left: `${at.x + 10}px` }) }}
    >
      <SegmentCard
        lane={lane}
        label={model.labelOf(lane.flowId)}
        ns={nsAt(view, width, at.x)}
        unit={model.unit.value}
        rate={model.rate.value}
      />
    </div>
  );
}

const secondsOf = (ns: bigint): number => Number(ns / 1_000_000n) / 1000;

function laneText(lane: Lane, model: TimelineModel): string {
  const missing = lane.extent === undefined ? 0n : lengthOf(lane.extent) - lane.coveredNs;
  return texts.lane(
    model.labelOf(lane.flowId),
    texts.segments(lane.segments),
    missing > 0n ? texts.missing(showLength(missing)) : texts.noGaps,
  );
}
