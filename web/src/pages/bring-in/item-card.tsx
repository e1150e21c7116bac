import { addressOf } from '../../address.ts';
import { TAMS_URL } from '../../api/client.ts';
import type { BringInItem } from '../../bring-in/item.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { texts } from '../../texts/bring-in.ts';
import { queue } from './queue.ts';
import { shownDuration, shownSize } from '../../parts/shown.ts';
import { TrackTable } from './track-table.tsx';

/** A file: what it is, what becomes of it, and how far it is. */
export function ItemCard({ item }: { readonly item: BringInItem }) {
  const { identity } = item;
  const phase = item.phase.value;
  const media = item.media.value;
  const canRename = phase === 'ready' && !item.isBegun;
  const isElsewhere = phase === 'refused' || (media?.leftOut.length ?? 0) > 0;
  return (
    <li class="item" data-phase={phase}>
      <div class="row">
        <h2>{identity.name}</h2>
        <span class="muted">{shownSize(identity.size)}</span>
        {media !== undefined && <span class="muted">{media.container}</span>}
        <span class="phase">{texts.phases[phase]}</span>
        <Buttons item={item} />
      </div>
      {item.error.value !== undefined && <ErrorNote error={item.error.value} />}
      {phase === 'away' && <p>{item.hasHandle ? texts.awayHandle : texts.away}</p>}
      {canRename && (
        <label class="row">
          {texts.label}
          <input value={item.label.value} onInput={({ currentTarget }) => (item.label.value = currentTarget.value)} />
        </label>
      )}
      {media !== undefined && phase !== 'done' && <TrackTable media={media} />}
      {isElsewhere && (
        <p>
          {texts.elsewhere}
          <code class="command">{texts.ingestLine(TAMS_URL, identity.name)}</code>
        </p>
      )}
      {!['reading', 'refused', 'ready', 'away'].includes(phase) && <Bar item={item} />}
    </li>
  );
}

function Bar({ item }: { readonly item: BringInItem }) {
  const { done, bytesPerSecond, secondsLeft } = item.progress.value;
  const isRunning = item.phase.value === 'running';
  return (
    <div class="row">
      <progress aria-label={texts.progress(item.identity.name)} max={1} value={done} />
      <span class="number">{Math.floor(done * 100)} %</span>
      {isRunning && bytesPerSecond > 0 && <span class="muted">{texts.speed((bytesPerSecond / 1e6).toFixed(1))}</span>}
      {isRunning && secondsLeft !== undefined && <span class="muted">{texts.left(shownDuration(secondsLeft))}</span>}
    </div>
  );
}

function Buttons({ item }: { readonly item: BringInItem }) {
  const phase = item.phase.value;
  const remove = (text: string) => (
    <button type="button" class="plain" onClick={() => void queue.remove(item)}>
      {text}
    </button>
  );
  const start = (text: string) => (
    <button type="button" class="first" onClick={() => queue.start(item)}>
      {text}
    </button>
  );
  switch (phase) {
    case 'ready':
      return (
        <>
          {start(texts.start)}
          {remove(texts.remove)}
        </>
      );
    case 'waiting':
    case 'running':
      return (
        <button type="button" onClick={() => queue.pause(item)}>
          {texts.pause}
        </button>
      );
    case 'paused':
    case 'failed':
      return (
        <>
          {start(phase === 'failed' ? texts.retry : texts.goOn)}
          {remove(texts.forget)}
        </>
      );
    case 'away':
      return (
        <>
          {item.hasHandle && (
            <button type="button" class="first" onClick={() => void queue.goOn(item)}>
              {texts.goOn}
            </button>
          )}
          {remove(texts.forget)}
        </>
      );
    case 'done':
      return (
        <>
          <a class="button first" href={addressOf(`flows/${item.flowId.value ?? ''}`)}>
            {texts.open}
          </a>
          {remove(texts.remove)}
        </>
      );
    default:
      return remove(texts.remove);
  }
}
