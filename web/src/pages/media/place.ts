import { effect } from '@preact/signals';
import { formatTimestamp, parseTimestamp } from '../../../../src/shared/time/timestamp.ts';
import { UNITS } from '../../time/shown-time.ts';
import { readSpan, spanText } from '../../timeline/lanes.ts';
import type { TimelineModel } from '../../timeline/timeline-model.ts';
import type { Span } from '../../timeline/view.ts';

/** The browser refuses more changes of an address than some hundred in half a minute. */
const SETTLE_MS = 400;

/** The place in an address; wrong texts count as none. */
export interface Place {
  readonly at: bigint | undefined;
  readonly view: Span | undefined;
  readonly words: string | undefined;
}

/** Takes the place, the view, in and out and the unit of times from the address. */
export function readPlace(model: TimelineModel): Place {
  const query = new URLSearchParams(location.search);
  const time = (name: string): bigint | undefined => read(query.get(name), parseTimestamp);
  model.inNs.value = time('in');
  model.outNs.value = time('out');
  model.unit.value = UNITS.find((unit) => unit === query.get('unit')) ?? 'timecode';
  return { at: time('at'), view: read(query.get('view'), readSpan), words: query.get('q') ?? undefined };
}

/** Keeps the address in step, without a new entry in the history for each. @returns how to end it */
export function writePlace(model: TimelineModel): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (values: Readonly<Record<string, string | undefined>>): void => {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    if (url.href !== location.href) history.replaceState(history.state, '', url);
  };
  const path = location.pathname;
  const end = effect(() => {
    const time = (ns: bigint | undefined): string | undefined => (ns === undefined ? undefined : formatTimestamp(ns));
    const view = model.view.value;
    if (view === undefined) return;
    const values = {
      at: time(model.position.value),
      view: spanText(view),
      in: time(model.inNs.value),
      out: time(model.outNs.value),
      unit: model.unit.value === 'timecode' ? undefined : model.unit.value,
    };
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (location.pathname === path) write(values);
    }, SETTLE_MS);
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}

function read<Value>(text: string | null, parse: (text: string) => Value): Value | undefined {
  if (text === null) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
