import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { timeline as texts } from '../texts/timeline.ts';
import { shownTheme } from '../theme.ts';
import { drawMinimap } from './draw.ts';
import type { TimelineModel } from './timeline-model.ts';
import { nsAt, panned, wholeView, xOf } from './view.ts';

const HEIGHT_PX = 28;

/** The whole timeline, and where the view is in it. A press or a drag moves the view there; keys do so on the canvas above. */
export function Minimap({ model, width }: { readonly model: TimelineModel; readonly width: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const chosen = shownTheme.value;
    const extent = model.data.extent.value;
    const view = model.view.value;
    const lanes = model.data.overview.value;
    const positionNs = model.position.value;
    const frame = requestAnimationFrame(() => {
      const element = canvas.current;
      if (element === null || extent === undefined || view === undefined || element.clientWidth === 0) return;
      element.dataset['theme'] = chosen;
      const laneColours = lanes.map(({ flowId }) => model.colourOf(flowId));
      drawMinimap(element, element.clientWidth, HEIGHT_PX, {
        view,
        lanes,
        colours: laneColours,
        positionNs,
        whole: wholeView(extent),
      });
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  });
  const moveTo = (event: PointerEvent): void => {
    const [extent, view] = [model.data.extent.value, model.view.value];
    if (event.buttons !== 1 || extent === undefined || view === undefined || canvas.current === null) return;
    canvas.current.setPointerCapture(event.pointerId);
    const x = event.clientX - canvas.current.getBoundingClientRect().left;
    const there = xOf(view, width, nsAt(wholeView(extent), width, x));
    model.view.value = panned(view, width, there - width / 2, extent);
  };
  return (
    <canvas
      ref={canvas}
      class="minimap"
      style={{ height: `${HEIGHT_PX}px` }}
      title={texts.minimap}
      aria-hidden="true"
      onPointerDown={moveTo}
      onPointerMove={moveTo}
    />
  );
}
