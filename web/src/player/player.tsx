import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { serverRoot } from '../address.ts';
import { player as texts } from '../texts/timeline.ts';
import { frameNs, NS_PER_S, showTime } from '../time/shown-time.ts';
import { spanText } from '../timeline/lanes.ts';
import type { Subject } from '../timeline/timeline-data.ts';
import type { TimelineModel } from '../timeline/timeline-model.ts';
import type { Span } from '../timeline/view.ts';
import { PlayerEngine } from './player-engine.ts';
import { actAnywhere, commandOf, type PlayerCommand } from './player-keys.ts';
import { stretchAt } from './stretch.ts';
import './player.css';

/** Where the playlist of a flow or a source is. */
function playlistUrl({ kind, id }: Subject, stretch: Span | undefined): string {
  // The timeline shows all of what is live, not the last minutes.
  const query = new URLSearchParams(stretch === undefined ? { window: 'all' } : { timerange: spanText(stretch) });
  return `${serverRoot}playback/${kind}s/${id}.m3u8?${query.toString()}`;
}

/** A video in step with the timeline, with the keys of an editor. */
export default function Player({ subject, model }: { readonly subject: Subject; readonly model: TimelineModel }) {
  const video = useRef<HTMLVideoElement>(null);
  const engine = useSignal<PlayerEngine | undefined>(undefined);

  useEffect(() => {
    if (video.current === null) return;
    const source = {
      at: (ns: bigint) => {
        const stretch = stretchAt(model.data.overview.peek(), ns);
        return { url: playlistUrl(subject, stretch), stretch };
      },
      endNs: () => model.data.extent.peek()?.endNs ?? 0n,
      onPosition: (ns: bigint) => {
        model.follow(ns);
      },
    };
    const made = new PlayerEngine(video.current, source, model.position.peek());
    engine.value = made;
    model.onSeek = (ns) => {
      made.seek(ns);
    };
    const keyDown = (event: KeyboardEvent): void => {
      const command = commandOf(event);
      if (command === undefined) return;
      event.preventDefault();
      run(command, made, model);
    };
    document.addEventListener('keydown', keyDown);
    return () => {
      document.removeEventListener('keydown', keyDown);
      model.onSeek = undefined;
      made.close();
    };
  }, [subject.id, model]);

  const made = engine.value;
  const failure = made?.failure.value;
  return (
    <section class="player" aria-label={texts.label}>
      <div class="screen">
        <video ref={video} playsInline preload="auto" onClick={() => made?.toggle()} />
        {failure !== undefined && (
          <p class="player-failure" role="alert">
            {texts.failed(failure)}
          </p>
        )}
      </div>
      {made !== undefined && <Controls engine={made} model={model} video={video.current} />}
    </section>
  );
}

function Controls(props: { engine: PlayerEngine; model: TimelineModel; video: HTMLVideoElement | null }) {
  const { engine, model, video } = props;
  const muted = useSignal(false);
  const isOn = engine.playing.value || engine.speed.value !== 0;
  const button = (command: PlayerCommand, sign: string, name: string) => (
    <button type="button" aria-label={name} title={name} onClick={() => run(command, engine, model)}>
      {sign}
    </button>
  );
  const marked = model.marked();
  return (
    <div class="player-controls">
      {button('start', '|‹', texts.start)}
      {button('back', '‹', texts.back)}
      {button('toggle', isOn ? '❚❚' : '▶', isOn ? texts.pause : texts.play)}
      {button('on', '›', texts.on)}
      {button('end', '›|', texts.end)}
      {model.isLive.value && button('live', texts.live, texts.toLive)}
      <output class="player-time mono" aria-label={texts.position}>
        {showTime(model.position.value, model.unit.value, model.rate.value)}
      </output>
      {Math.abs(engine.speed.value) > 1 || engine.speed.value < 0 ? (
        <span class="muted">{texts.speed(engine.speed.value)}</span>
      ) : null}
      <span class="player-marks">
        {button('in', texts.setIn, `${texts.setIn} (I)`)}
        {button('out', texts.setOut, `${texts.setOut} (O)`)}
        {(model.inNs.value !== undefined || model.outNs.value !== undefined) && button('clear', '×', texts.clear)}
        {marked !== undefined && button('play-range', '▶|', texts.playRange)}
      </span>
      <button
        type="button"
        aria-pressed={actAnywhere.value}
        title={texts.keysAnywhere}
        onClick={() => (actAnywhere.value = !actAnywhere.value)}
      >
        {texts.keys}
      </button>
      <button
        type="button"
        aria-pressed={muted.value}
        onClick={() => {
          muted.value = !muted.value;
          if (video !== null) video.muted = muted.value;
        }}
      >
        {muted.value ? texts.mute : texts.sound}
      </button>
    </div>
  );
}

function run(command: PlayerCommand, engine: PlayerEngine, model: TimelineModel): void {
  const extent = model.data.extent.peek();
  const position = model.position.peek();
  const rate = model.rate.peek();
  // The frame that is shown, from its start to its end.
  const ownFrame = (): bigint => {
    const spans = model.data.lanes.peek()?.[0]?.spans ?? [];
    const start = spans.findLast(({ startNs }) => startNs <= position)?.startNs ?? extent?.startNs ?? 0n;
    return start + ((position - start) / frameNs(rate)) * frameNs(rate);
  };
  switch (command) {
    case 'toggle':
      engine.toggle();
      return;
    case 'j':
    case 'k':
    case 'l':
      engine.shuttle(command);
      return;
    case 'back':
    case 'on': {
      const to = engine.step(command === 'on' ? 1 : -1, rate);
      if (to !== undefined) model.goTo(to);
      return;
    }
    case 'back-second':
      model.seek(position - NS_PER_S);
      return;
    case 'on-second':
      model.seek(position + NS_PER_S);
      return;
    case 'start':
      model.seek(
        model.inNs.peek() !== undefined && position > (model.inNs.peek() ?? 0n)
          ? (model.inNs.peek() ?? 0n)
          : (extent?.startNs ?? 0n),
      );
      return;
    case 'end':
      model.seek(extent === undefined ? 0n : extent.endNs - 1n);
      return;
    case 'live':
      engine.live();
      return;
    case 'in':
      model.inNs.value = ownFrame();
      return;
    case 'out':
      model.outNs.value = ownFrame() + frameNs(rate);
      return;
    case 'clear':
      model.inNs.value = undefined;
      model.outNs.value = undefined;
      return;
    case 'play-range': {
      const marked = model.marked();
      if (marked !== undefined) engine.play(marked.startNs, marked.endNs);
      return;
    }
  }
}
