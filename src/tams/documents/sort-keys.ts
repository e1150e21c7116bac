import { createHash } from 'node:crypto';
import type { ColumnDefinition, IndexDefinition } from '../../vastdb/engine.ts';
import { SPREAD_BITS } from '../../vastdb/query/sampled-page.ts';

/**
 * Keys that rows are listed by, a text each: the property that sorts, then the id. Their order by code point is TAMS
 * 8.2's default order (newest first, labels alphabetically, ids as the tie-breaker, rows without the property last), and
 * the other way round its `reverse_order`. A key is unique, never null, and short enough for an index and for a cursor. See
 * docs/adr/0032-sorted-listings.md.
 */

/** The property of a row that is sorted by, or undefined. */
type Property = string | undefined;

/** Characters of a label in its key. Labels that begin with the same ones are in the order of their ids. */
export const LABEL_CHARACTERS = 256;

const INT64_MAX = 2n ** 63n - 1n;
const NS_PER_MS = 1_000_000n;
/** After all that a key with the property begins with. */
const WITHOUT = '~';

/** @param time RFC 3339 */
export function timeKey(time: Property, id: string): string {
  const ms = time === undefined ? NaN : Date.parse(time);
  if (Number.isNaN(ms)) return `${WITHOUT}${id}`;
  return `${(INT64_MAX - BigInt(ms) * NS_PER_MS).toString(16).padStart(16, '0')}${id}`;
}

export function labelKey(label: Property, id: string): string {
  if (label === undefined) return `${WITHOUT}${id}`;
  // A character has at most two units.
  const units = label.slice(0, 2 * LABEL_CHARACTERS).toWellFormed();
  const start = Array.from(units).slice(0, LABEL_CHARACTERS).join('');
  return ` ${start.replace(BELOW_SPACE, escaped)}${END_OF_LABEL}${id}`;
}

/* eslint-disable no-control-regex -- control characters are what it is about */
/** Before any character of a label, so that a label comes before those that begin with it. */
const END_OF_LABEL = '\u0001';
const BELOW_SPACE = /[\0-\u0002]/g;

/** Characters that are not after the end of a label become two that are, in the same order. */
const escaped = (character: string): string => `\u0002${String.fromCharCode(character.charCodeAt(0) + 1)}`;

/** A hash of the id: rows below any value are a fair sample of the table (`SelectQuery.sample`). */
export function spreadOf(id: string): bigint {
  return BigInt(createHash('sha256').update(id).digest().readUInt32BE() >>> (32 - SPREAD_BITS));
}

/** Flows and sources; the columns are nullable, since rows may be older than they are. */
export const SORT_DEFINITIONS = [
  { name: 'sort_created', type: 'string' },
  { name: 'sort_updated', type: 'string' },
  { name: 'sort_label', type: 'string' },
  { name: 'spread', type: 'int64' },
] as const satisfies readonly ColumnDefinition[];

export const SORT_DOCS = {
  sort_created: 'Key that listings by creation sort by.',
  sort_updated: 'Key that listings by the last change sort by.',
  sort_label: 'Key that listings by label sort by.',
  spread: 'Hash of the id, from which listings take samples.',
};

export const SORT_INDEXES = [
  { columns: ['sort_created'] },
  { columns: ['sort_updated'] },
  { columns: ['sort_label'] },
  // The default order of TAMS 8.2, with the filter that many clients send.
  { columns: ['label', 'sort_created'], equalityOnly: ['label'] },
] as const satisfies readonly IndexDefinition[];

export const SORT_COLUMNS = ['sort_created', 'sort_updated', 'sort_label', 'spread'] as const;

interface Sorted {
  readonly id: string;
  readonly created: Property;
  readonly updated: Property;
  readonly label: Property;
}

/** In the order of SORT_COLUMNS. */
export const sortCells = ({ id, created, updated, label }: Sorted) =>
  [timeKey(created, id), timeKey(updated, id), labelKey(label, id), spreadOf(id)] as const;

/** Columns that rows which are older than these do not have, until a start fills them. */
export const isSortColumn = (name: string): boolean => SORT_COLUMNS.some((column) => column === name);
