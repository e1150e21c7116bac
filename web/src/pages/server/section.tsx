import type { ComponentChildren } from 'preact';
import { DataTable } from '../../parts/data-table.tsx';
import { server as texts } from '../../texts/server.ts';

interface SectionProps {
  readonly title: string;
  /** Headings, by the keys of the cells. */
  readonly columns: Readonly<Record<string, string>>;
  /** Cells in the order of the columns. */
  readonly rows: readonly (readonly ComponentChildren[])[];
  readonly children?: ComponentChildren;
}

/** A titled table, or that there is none of it. */
export function Section({ title, columns, rows, children }: SectionProps) {
  return (
    <section>
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p class="muted">{texts.none}</p>
      ) : (
        <div class="frame" role="region" aria-label={title} tabIndex={0}>
          <DataTable columns={Object.values(columns)} rows={rows} />
        </div>
      )}
      {children}
    </section>
  );
}

/** A moment in the viewer's zone. */
export function moment(time: string | undefined): string {
  if (time === undefined) return '';
  const date = new Date(time);
  return `${date.toLocaleDateString('sv')} ${date.toLocaleTimeString('sv')}`;
}
