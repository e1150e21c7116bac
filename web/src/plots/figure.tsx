import type { ComponentChildren } from 'preact';
import { DataTable } from '../parts/data-table.tsx';
import { plots as texts } from '../texts/plots.ts';
import './plots.css';

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value as people read it. */
  readonly shown: string;
}

export interface PlotProps<Shown extends Bar = Bar> {
  readonly title: string;
  /** Headings of the table: what the labels are, and what the values are. */
  readonly columns: readonly [string, string];
  readonly bars: readonly Shown[];
}

/** A plot with its title, and the same as a table for those who do not see it. */
export function Figure({ title, columns, bars, children }: PlotProps & { readonly children: ComponentChildren }) {
  return (
    <figure class="plot">
      <figcaption>{title}</figcaption>
      {bars.length === 0 ? <p class="muted">{texts.nothing}</p> : children}
      {bars.length > 0 && (
        <details>
          <summary>{texts.asTable}</summary>
          <DataTable columns={columns} rows={bars.map(({ label, shown }) => [label, shown])} />
        </details>
      )}
    </figure>
  );
}
