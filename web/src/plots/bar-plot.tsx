import { plots as texts } from '../texts/plots.ts';
import { type Bar, Figure, type PlotProps } from './figure.tsx';

const [WIDTH, ROW, NAME, VALUE] = [520, 24, 160, 90];
const [HEIGHT, BASE] = [160, 20];

/** Bars beside each other by name, and the same as a table. */
export function BarPlot({ title, columns, bars }: PlotProps) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const height = Math.max(1, bars.length) * ROW;
  return (
    <Figure title={title} columns={columns} bars={bars}>
      <svg viewBox={`0 0 ${WIDTH} ${height}`} width={WIDTH} height={height} aria-hidden="true">
        {bars.map(({ label, value, shown }, index) => (
          <g key={label} transform={`translate(0 ${index * ROW})`}>
            <text x={0} y={16}>
              {label}
            </text>
            <rect class="bar" x={NAME} y={4} height={16} width={((WIDTH - NAME - VALUE) * value) / most} />
            <text x={WIDTH} y={16} text-anchor="end">
              {shown}
            </text>
          </g>
        ))}
      </svg>
    </Figure>
  );
}

/** A bar that lies on a timeline, from and to in any unit. */
export interface TimeBar extends Bar {
  readonly from: number;
  readonly to: number;
}

/** Columns where they are in time, and the same as a table. */
export function TimePlot({ title, columns, bars }: PlotProps<TimeBar>) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const [first, last] = [bars[0], bars.at(-1)];
  const start = first?.from ?? 0;
  const scale = WIDTH / Math.max((last?.to ?? 1) - start, Number.EPSILON);
  const highest = bars.find(({ value }) => value === most);
  return (
    <Figure title={title} columns={columns} bars={bars}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + BASE}`} width={WIDTH} height={HEIGHT + BASE} aria-hidden="true">
        <line class="axis" x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        {bars.map(({ label, value, from, to }) => {
          const height = ((HEIGHT - 20) * value) / most;
          const width = (to - from) * scale;
          return (
            <rect
              key={label}
              class="bar"
              x={(from - start) * scale}
              y={HEIGHT - height}
              width={Math.max(1, width > 4 ? width - 1 : width)}
              height={height}
            />
          );
        })}
        <text x={0} y={12}>
          {highest === undefined ? '' : texts.most(highest.shown)}
        </text>
        <text x={0} y={HEIGHT + 15}>
          {first?.label ?? ''}
        </text>
        <text x={WIDTH} y={HEIGHT + 15} text-anchor="end">
          {last === first ? '' : (last?.label ?? '')}
        </text>
      </svg>
    </Figure>
  );
}
