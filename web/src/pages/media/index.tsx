import { useSignalEffect } from '@preact/signals';
import { lazy, Suspense } from 'preact/compat';
import { useEffect, useMemo } from 'preact/hooks';
import { addressOf } from '../../address.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useTitle } from '../../parts/use-title.ts';
import { media as texts } from '../../texts/media.ts';
import { timeline as timelineTexts } from '../../texts/timeline.ts';
import { showLength, showTime, type Unit, UNITS } from '../../time/shown-time.ts';
import { Timeline } from '../../timeline/timeline.tsx';
import type { Subject } from '../../timeline/timeline-data.ts';
import { TimelineModel } from '../../timeline/timeline-model.ts';
import { lengthOf } from '../../timeline/view.ts';
import { Collections } from './collections.tsx';
import { Copies } from './copies.tsx';
import { editsOf } from './edits.ts';
import { Facts } from './facts.tsx';
import { followGrowth } from './follow.ts';
import { loadHits } from './hits.ts';
import { MediaData, nameOf, rateOf } from './media-data.ts';
import { readPlace, writePlace } from './place.ts';
import { Remove } from './remove.tsx';
import { Segments } from './segments.tsx';
import './media.css';

/** The player and hls.js come with the first page that plays. */
const Player = lazy(() => import('../../player/player.tsx'));

interface MediaProps {
  readonly kind: Subject['kind'];
  readonly params: { readonly id: string };
}

/** Another flow or source is another page: nothing of the one before stays. */
export default function MediaPage({ kind, params: { id } }: MediaProps) {
  return <MediaOf key={`${kind} ${id}`} kind={kind} id={id} />;
}

/** A flow or a source: a player, its timeline, and all that is known of it. */
function MediaOf({ kind, id }: Subject) {
  const { data, model } = useMedia(kind, id);
  const edits = useMemo(() => editsOf(data.subject, () => data.load()), [data]);
  const document = data.document;
  useTitle(document === undefined ? texts[kind] : nameOf(document));
  if (data.error.value !== undefined && document === undefined) {
    return <ErrorNote error={data.error.value} retry={() => void data.load()} />;
  }
  const isPlayable = model.data.extent.value !== undefined;
  return (
    <div class="media">
      <header class="media-head">
        <h1>{document === undefined ? id : nameOf(document)}</h1>
        <span class="muted">{summaryOf(data, model)}</span>
        <label class="unit">
          <span class="muted">{timelineTexts.unit}</span>
          <select
            value={model.unit.value}
            onChange={({ currentTarget }) => (model.unit.value = currentTarget.value as Unit)}
          >
            {UNITS.map((unit) => (
              <option key={unit} value={unit}>
                {timelineTexts.units[unit]}
              </option>
            ))}
          </select>
        </label>
        {data.flow.value !== undefined && <Remove flow={data.flow.value} />}
      </header>
      <div class="media-top">
        <div class="media-player">
          {isPlayable && (
            <Suspense fallback={<Skeleton lines={6} />}>
              <Player subject={data.subject} model={model} />
            </Suspense>
          )}
        </div>
        {document === undefined ? <Skeleton lines={8} /> : <Facts data={data} edits={edits} />}
      </div>
      <Copies subject={data.subject} model={model} />
      <Timeline model={model} />
      {data.flow.value !== undefined && <Segments flowId={id} model={model} />}
      {document !== undefined && <Collections kind={kind} document={document} />}
    </div>
  );
}

/** The model of a page, which begins at what its address says and keeps the address in step. */
function useMedia(kind: MediaProps['kind'], id: string): { data: MediaData; model: TimelineModel } {
  const made = useMemo(() => {
    const subject = { kind, id };
    return {
      data: new MediaData(subject),
      model: new TimelineModel(subject, (flowId) => addressOf(`flows/${flowId}`)),
    };
  }, [kind, id]);
  const { data, model } = made;
  useEffect(() => {
    const place = readPlace(model);
    let endFollowing = (): void => {};
    let isGone = false;
    const timeline = model.data.load(widthOf()).then(() => {
      model.begin(place);
    });
    void Promise.all([data.load(), timeline]).then(() => {
      if (!isGone) endFollowing = followGrowth(data, model, widthOf);
    });
    if (place.words !== undefined) void loadHits(model, data.subject, place.words);
    const end = writePlace(model);
    return () => {
      isGone = true;
      endFollowing();
      end();
      model.data.close();
    };
  }, [made]);
  useSignalEffect(() => {
    const flows = data.flows.value;
    model.flows.value = flows.map((flow) => ({ id: flow.id, label: nameOf(flow), format: flow.format }));
    model.rate.value = rateOf(flows);
  });
  return made;
}

/** Pixels that the timeline has, about. */
const widthOf = (): number => Math.max(400, window.innerWidth - 280);

function summaryOf(data: MediaData, model: TimelineModel): string {
  const extent = model.data.extent.value;
  // A timeline of a wall clock needs its day.
  const unit = model.unit.value === 'timecode' ? 'clock' : model.unit.value;
  return [
    texts[data.subject.kind],
    ...(data.subject.kind === 'source' ? [texts.flows(data.flows.value.length)] : []),
    ...(extent === undefined ? [] : [showTime(extent.startNs, unit, model.rate.value), showLength(lengthOf(extent))]),
  ].join(' · ');
}
