import { edgeFrom, type Lane } from './lanes.ts';
import { lengthOf, panned, type Span, wholeView, xOf, zoomed } from './view.ts';

export interface KeyTarget {
  readonly view: Span;
  readonly extent: Span;
  readonly width: number;
  readonly lanes: readonly Lane[];
  readonly positionNs: bigint;
  readonly setView: (view: Span) => void;
  readonly seek: (ns: bigint) => void;
}

const ZOOM = 0.5;
const PAGE = 0.8;

/** Does by keys the pointer's work on the timeline. @returns whether the key was one */
export function timelineKey(key: string, target: KeyTarget): boolean {
  const { view, extent, width, lanes, positionNs, setView, seek } = target;
  const isInView = positionNs >= view.startNs && positionNs < view.endNs;
  const around = isInView ? xOf(view, width, positionNs) : width / 2;
  const edge = (direction: 1 | -1): void => {
    const found = edgeFrom(lanes, positionNs, direction);
    if (found !== undefined) seek(found);
  };
  switch (key) {
    case '+':
    case '=':
    case 'ArrowUp':
      setView(zoomed(view, width, around, ZOOM, extent));
      return true;
    case '-':
    case 'ArrowDown':
      setView(zoomed(view, width, around, 1 / ZOOM, extent));
      return true;
    case '0':
      setView(wholeView(extent));
      return true;
    case 'PageUp':
      setView(panned(view, width, -width * PAGE, extent));
      return true;
    case 'PageDown':
      setView(panned(view, width, width * PAGE, extent));
      return true;
    case '[':
      edge(-1);
      return true;
    case ']':
      edge(1);
      return true;
    case ',':
      seek(positionNs - lengthOf(view) / 50n);
      return true;
    case '.':
      seek(positionNs + lengthOf(view) / 50n);
      return true;
    default:
      return false;
  }
}
