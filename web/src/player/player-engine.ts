import { signal } from '@preact/signals';
import Hls, { type Fragment, type HlsConfig } from 'hls.js';
import { credential } from '../api/session.ts';
import { type FrameRate, frameNs } from '../time/shown-time.ts';
import type { Span } from '../timeline/view.ts';
import { type Line, linesOf, playTimeOf, timelineAt } from './playlist-map.ts';
import { shuttled } from './shuttle.ts';

/** How a position is put safely into its frame, whatever the player rounds. */
const INTO_FRAME_NS = 1_000_000n;
/** Lines that moved less show the same frame. */
const MOVED_S = 0.000_5;
/** Media may be so much longer than their line before the player cuts them. */
const CUT_S = 0.02;
/** A fault of the media that comes again so soon is a failure. */
const RECOVER_AGAIN_MS = 5_000;

/** Where playlists come from, and who is told of the position. */
export interface PlayerSource {
  /** The playlist that a time is in, and the stretch that it has; undefined: everything. */
  readonly at: (ns: bigint) => { readonly url: string; readonly stretch: Span | undefined };
  readonly endNs: () => bigint;
  readonly onPosition: (ns: bigint) => void;
}

/** A video element that plays a playlist, by the timeline of the flow. */
export class PlayerEngine {
  readonly playing = signal(false);
  /** 0 while stopped; negative backwards. */
  readonly speed = signal(0);
  readonly ready = signal(false);
  readonly failure = signal<string | undefined>(undefined);
  readonly #video: HTMLVideoElement;
  readonly #hls: Hls;
  readonly #source: PlayerSource;
  /** Those of the loaded playlist. */
  #stretch: Span | undefined;
  #lines: readonly Line[] = [];
  /** The time that was asked for, until it plays on. */
  #wanted: bigint | undefined;
  #stopAt: bigint | undefined;
  /** When a fault of the media was last got over. */
  #recoveredAt = -Infinity;
  #frame = 0;
  #last = 0;

  constructor(video: HTMLVideoElement, source: PlayerSource, startNs: bigint) {
    this.#video = video;
    this.#source = source;
    this.#hls = new Hls(settings());
    this.#hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => this.#learn(details.fragments));
    this.#hls.on(Hls.Events.LEVEL_PTS_UPDATED, (_, { details }) => this.#learn(details.fragments));
    this.#hls.on(Hls.Events.ERROR, (_, { fatal, details, type, networkDetails }) => {
      if (!fatal) return;
      const now = performance.now();
      if (type === Hls.ErrorTypes.MEDIA_ERROR && now - this.#recoveredAt > RECOVER_AGAIN_MS) {
        this.#recoveredAt = now;
        this.#hls.recoverMediaError();
        return;
      }
      this.failure.value =
        networkDetails instanceof XMLHttpRequest && networkDetails.responseType !== 'arraybuffer'
          ? reasonOf(networkDetails.responseText)
          : details;
    });
    this.#load(startNs);
    this.#hls.attachMedia(video);
    video.addEventListener('pause', this.#stopped);
    video.addEventListener('play', this.#started);
    video.addEventListener('seeked', this.#seeked);
    video.addEventListener('ended', this.#ended);
    this.#frame = requestAnimationFrame(this.#tick);
  }

  /** Shows the frame at a time of the timeline; remembered until the playlist is there. */
  seek(ns: bigint): void {
    this.#wanted = ns;
    this.#stopAt = undefined;
    const stretch = this.#stretch;
    if (stretch !== undefined && (ns < stretch.startNs || ns >= stretch.endNs)) {
      this.#load(ns);
      return;
    }
    const at = playTimeOf(this.#lines, ns);
    if (at !== undefined) this.#video.currentTime = at;
  }

  toggle(): void {
    if (this.playing.peek() || this.speed.peek() !== 0) this.#setSpeed(0);
    else this.#setSpeed(1);
  }

  shuttle(key: 'j' | 'k' | 'l'): void {
    this.#setSpeed(shuttled(this.speed.peek(), key));
  }

  /** Plays a stretch and stops where it ends. */
  play(startNs: bigint, endNs: bigint): void {
    this.seek(startNs);
    this.#stopAt = endNs;
    this.#setSpeed(1);
  }

  /** Plays what came last. */
  live(): void {
    const end = this.#source.endNs() - 1n;
    const last = this.#lines.at(-1);
    const isOfLast = this.#stretch === undefined || end < this.#stretch.endNs;
    this.seek(last !== undefined && isOfLast ? last.startNs : end);
    this.#setSpeed(1);
  }

  /** Goes so many frames on, or back, from the frame that is shown. @returns the time of its start */
  step(frames: number, rate: FrameRate | undefined): bigint | undefined {
    this.#setSpeed(0);
    const ns = this.position();
    const line = this.#lines.find((each) => ns !== undefined && each.startNs <= ns && ns < each.endNs);
    if (ns === undefined) return undefined;
    const start = line?.startNs ?? 0n;
    const frame = frameNs(rate);
    // A time just before a frame is meant to be that frame.
    const shown = (ns - start + INTO_FRAME_NS) / frame;
    const to = start + (shown + BigInt(frames)) * frame + INTO_FRAME_NS;
    this.seek(to);
    return to;
  }

  /** Undefined before the playlist is there. */
  position(): bigint | undefined {
    return this.#wanted ?? timelineAt(this.#lines, this.#video.currentTime);
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#video.removeEventListener('pause', this.#stopped);
    this.#video.removeEventListener('play', this.#started);
    this.#video.removeEventListener('seeked', this.#seeked);
    this.#video.removeEventListener('ended', this.#ended);
    this.#hls.destroy();
  }

  readonly #stopped = (): void => {
    this.playing.value = false;
    if (this.speed.peek() > 0) this.speed.value = 0;
  };

  readonly #started = (): void => {
    if (this.#lines.length > 0) this.#wanted = undefined;
    this.playing.value = true;
    if (this.speed.peek() === 0) this.speed.value = 1;
  };

  readonly #seeked = (): void => {
    // The frame that was asked for is shown: from here on the video's own clock counts.
    if (this.playing.peek() && !this.#video.seeking && this.#lines.length > 0) this.#wanted = undefined;
    const ns = this.position();
    if (ns !== undefined) this.#source.onPosition(ns);
  };

  /** After the last line of a stretch the next stretch goes on. */
  readonly #ended = (): void => {
    const end = this.#stretch?.endNs;
    if (end === undefined || end >= this.#source.endNs()) return;
    this.seek(end);
    this.#setSpeed(1);
  };

  #load(ns: bigint): void {
    const { url, stretch } = this.#source.at(ns);
    this.failure.value = undefined;
    this.#wanted = ns;
    this.#stretch = stretch;
    this.#lines = [];
    this.#hls.loadSource(url);
  }

  readonly #tick = (now: number): void => {
    const elapsed = (now - this.#last) / 1000;
    this.#last = now;
    if (this.speed.peek() < 0) this.#backwards(Math.min(elapsed, 0.25));
    else if (this.playing.peek()) this.#forwards();
    this.#frame = requestAnimationFrame(this.#tick);
  };

  /** No video element plays backwards: it shows one frame after the other. */
  #backwards(elapsed: number): void {
    if (this.#video.seeking) return;
    this.#wanted = undefined;
    this.#video.currentTime = Math.max(0, this.#video.currentTime + this.speed.peek() * elapsed);
    if (this.#video.currentTime === 0) this.speed.value = 0;
  }

  #forwards(): void {
    const ns = this.position();
    if (ns === undefined) return;
    if (this.#stopAt !== undefined && ns >= this.#stopAt) {
      const end = this.#stopAt;
      this.#setSpeed(0);
      this.seek(end);
      return;
    }
    this.#cut();
    this.#source.onPosition(ns);
  }

  /** An object that is used in part plays whole in HLS: what is beyond its line is left out here. */
  #cut(): void {
    const at = this.#video.currentTime;
    const index = this.#lines.findLastIndex(({ playS }) => playS <= at);
    const [line, next] = [this.#lines[index], this.#lines[index + 1]];
    if (line === undefined || next === undefined) return;
    const usedS = Number(line.endNs - line.startNs) / 1e9;
    if (line.lengthS > usedS + CUT_S && at >= line.playS + usedS) this.#video.currentTime = next.playS;
  }

  #setSpeed(speed: number): void {
    this.speed.value = speed;
    if (speed > 0) {
      this.#video.playbackRate = speed;
      this.#video.play().catch((error: unknown) => {
        // A pause that comes before the first frame is none of a failure.
        if (!(error instanceof DOMException && error.name === 'AbortError')) this.speed.value = 0;
      });
    } else {
      this.#stopAt = speed === 0 ? undefined : this.#stopAt;
      this.#video.pause();
      this.playing.value = false;
      this.speed.value = speed;
    }
  }

  #learn(fragments: readonly Fragment[]): void {
    this.#lines = linesOf(fragments);
    this.ready.value = this.#lines.length > 0;
    // Lines move a little once their media tell their own times: the wanted frame is where it is now.
    const at = this.#wanted === undefined ? undefined : playTimeOf(this.#lines, this.#wanted);
    if (at !== undefined && Math.abs(at - this.#video.currentTime) > MOVED_S) this.#video.currentTime = at;
    if (this.playing.peek() && at !== undefined) this.#wanted = undefined;
  }
}

function settings(): Partial<HlsConfig> {
  return {
    // A worker from a blob would need a wider policy.
    enableWorker: false,
    // The whole film is not kept: seeking loads what it needs.
    backBufferLength: 30,
    startFragPrefetch: true,
    xhrSetup: (xhr) => {
      if (credential.peek() !== undefined) xhr.setRequestHeader('authorization', credential.peek() ?? '');
    },
  };
}

/** The summary of a TAMS error, or the text itself. */
function reasonOf(text: string): string {
  try {
    const { summary } = JSON.parse(text) as { summary?: unknown };
    return typeof summary === 'string' ? summary : text;
  } catch {
    return text;
  }
}
