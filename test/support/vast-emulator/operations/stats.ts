import { flatBuffer } from '../wire/flatbuffers.ts';
import { SORTED_SCORE } from './object-details.ts';
import type { Operations } from './operation.ts';
import { onTable } from './places.ts';

export const statsOperations: Operations = {
  GET: {
    name: 'table.stats',
    run: (request, store, settings) =>
      onTable(request, store, (table, transaction) => {
        const isSorted = table.sortingKey.length > 0;
        const rows = BigInt(table.rows.count(transaction) * settings.rowsToldPerRow);
        // GetTableStatsResponse: rows, bytes, row ids from outside, addresses (two slots), sorting.
        return {
          body: flatBuffer([
            rows,
            0n,
            table.hasExternalRowIds,
            null,
            null,
            isSorted,
            isSorted ? SORTED_SCORE : 0n,
            0n,
            0n,
          ]),
        };
      }),
  },
};
