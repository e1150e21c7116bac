import type { ComponentChildren } from 'preact';

interface DataTableProps {
  readonly columns: readonly string[];
  /** Rows of cells, as many as there are columns. */
  readonly rows: readonly (readonly ComponentChildren[])[];
}

/** A table of what is read only. */
export function DataTable({ columns, rows }: DataTableProps) {
  return (
    <table>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          <tr key={row}>
            {cells.map((cell, column) => (
              <td key={column}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
