import type { Row } from '../engine.ts';
import { RefusedRow } from './import-report.ts';

/* Cells of earlier systems as values of ours. Empty texts stand for nothing there. */

/** Undefined where there is nothing. */
export function textOf(row: Row, column: string): string | undefined {
  const cell = row[column];
  if (cell === null || cell === undefined || cell === '') return undefined;
  return typeof cell === 'string' ? cell : String(cell);
}

/** @throws RefusedRow where there is none. */
export function requiredText(row: Row, column: string): string {
  const text = textOf(row, column);
  if (text === undefined) throw new RefusedRow(`${column} is empty`);
  return text;
}

/** @throws RefusedRow for anything but a whole number that JSON can hold. */
export function integerOf(row: Row, column: string): number | undefined {
  const text = textOf(row, column);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RefusedRow(`${column} is no whole number`);
  return value;
}

/** Without the nulls in it, which stand for nothing. @throws RefusedRow for a text that is no JSON. */
export function jsonOf(row: Row, column: string): unknown {
  const text = textOf(row, column);
  if (text === undefined) return undefined;
  try {
    return withoutNulls(JSON.parse(text));
  } catch {
    throw new RefusedRow(`${column} is no JSON`);
  }
}

function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.filter((each) => each !== null).map(withoutNulls);
  if (typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutNulls(each)]));
}

const HAS_ZONE = /(?:Z|[+-]\d\d:?\d\d)$/i;

/** A time in milliseconds since 1970, of a timestamp or a text of RFC 3339; a text without a zone is UTC. */
export function millisecondsOf(row: Row, column: string): number | undefined {
  const cell = row[column];
  if (cell === null || cell === undefined || cell === '') return undefined;
  if (typeof cell === 'bigint') return Number(cell / 1_000_000n);
  const ms =
    typeof cell === 'string' ? Date.parse(!cell.includes(':') || HAS_ZONE.test(cell) ? cell : `${cell}Z`) : NaN;
  if (Number.isNaN(ms)) throw new RefusedRow(`${column} is no time`);
  return ms;
}

/** As UTC in RFC 3339. */
export function timeOf(row: Row, column: string): string | undefined {
  const ms = millisecondsOf(row, column);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
