import { createHash } from 'node:crypto';
import { openEngine } from '../../../../mgmt/tables/open-tables.ts';
import { loadConfig } from '../../../../src/settings.ts';
import type { Cell } from '../../../../src/vastdb/engine.ts';

/** How many rows a table has, and what all of them amount to, in any order. */
export interface TableDigest {
  readonly rows: number;
  readonly digest: string;
}

/** Those of running processes, and the notes of what copies tables. */
const LEFT_OUT = new Set(['leases', '_migration', '_restore']);
const MODULUS = 2n ** 256n;

/**
 * Of every table of an engine. Nothing of what the commands compare by is used: each row is a text, of every column by
 * its name, and the SHA-256 of all texts are added up.
 */
export async function tableDigests(env: Readonly<Record<string, string>>): Promise<Record<string, TableDigest>> {
  const { engine } = await openEngine(loadConfig(env));
  try {
    const digests: Record<string, TableDigest> = {};
    for (const table of (await engine.listTables()).sort()) {
      if (LEFT_OUT.has(table)) continue;
      const columns = ((await engine.describeTable(table)) ?? []).map(({ name }) => name).sort();
      let [rows, sum] = [0, 0n];
      for await (const batch of engine.reader('background').scan({ table, columns })) {
        for (let row = 0; row < batch.rowCount; row++) {
          const text = columns.map((name, index) => `${name}=${cellText(batch.columns[index]?.[row] ?? null)}`).join();
          sum += BigInt(`0x${createHash('sha256').update(text).digest('hex')}`);
        }
        rows += batch.rowCount;
      }
      digests[table] = { rows, digest: (sum % MODULUS).toString(16) };
    }
    return digests;
  } finally {
    await engine.close();
  }
}

function cellText(cell: Cell): string {
  if (cell instanceof Uint8Array || cell instanceof Float32Array) {
    return `${cell.constructor === Float32Array ? 'vector' : 'binary'}:${Array.from(cell).join(' ')}`;
  }
  return `${typeof cell}:${JSON.stringify(typeof cell === 'bigint' ? String(cell) : cell)}`;
}
