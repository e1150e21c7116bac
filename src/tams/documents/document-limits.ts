import { AppError } from '../../shared/errors.ts';
import type { CollectionItem } from '../flows/flow.ts';

/** Limits of one document: a flow, a source, a webhook, a segment. */
export interface DocumentLimits {
  /** Bytes of its JSON. */
  readonly maxBytes: number;
  /** Entries of a list, or of an object such as tags, within it. */
  readonly maxItems: number;
}

/**
 * Checks a document before it is stored: `document_too_large` or `too_many_items`, which name the property. It may be
 * as large as `present`, which it replaces: documents of an older version may exceed the limits, and can be reduced.
 *
 * @param noun what it is: `flow`
 */
export function checkDocument(
  noun: string,
  document: object,
  { maxBytes, maxItems }: DocumentLimits,
  present?: object,
): void {
  checkItems(document, present, '', maxItems);
  const bytes = bytesOf(document);
  if (bytes <= maxBytes || (present !== undefined && bytes <= bytesOf(present))) return;
  const { name: field, bytes: size } = largestProperty(document);
  throw new AppError(
    'document_too_large',
    `${field}: the ${noun} would have ${bytes} bytes as JSON, ${size} of them in ${field}; ${maxBytes} are the most (DOCUMENT_MAX_BYTES)`,
    { field },
  );
}

/** Checks a list on its own; `field` is its name. */
export function checkLength(field: string, count: number, { maxItems }: Pick<DocumentLimits, 'maxItems'>): void {
  if (count > maxItems) throw tooMany(field, count, maxItems);
}

/** A member may be there in several roles, and once in each; `present` may have had repeats, which may become fewer. */
export function checkMembers(items: readonly CollectionItem[], present: readonly CollectionItem[] = []): void {
  const seen = new Set<string>();
  let repeated: CollectionItem | undefined;
  for (const item of items) {
    const key = keyOf(item);
    if (seen.has(key)) repeated = item;
    seen.add(key);
  }
  const before = present.length - new Set(present.map(keyOf)).size;
  if (repeated === undefined || items.length - seen.size <= before) return;
  throw new AppError(
    'invalid_flow_collection',
    `flow_collection: flow ${repeated.id} is there more than once as ${JSON.stringify(repeated.role)}`,
    { field: 'flow_collection' },
  );
}

const keyOf = ({ id, role = '' }: CollectionItem): string => `${id} ${role}`;

function checkItems(value: object, present: unknown, path: string, maxItems: number): void {
  const entries = Object.entries(value);
  const isWithin = path !== '';
  if (isWithin && entries.length > Math.max(maxItems, sizeOf(present))) throw tooMany(path, entries.length, maxItems);
  for (const [name, inner] of entries) {
    if (typeof inner !== 'object' || inner === null) continue;
    checkItems(inner as object, childOf(present, name), isWithin ? `${path}/${name}` : name, maxItems);
  }
}

const sizeOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? Object.keys(value).length : 0;

const childOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

const tooMany = (field: string, count: number, maxItems: number): AppError =>
  new AppError(
    'too_many_items',
    `${field}: ${count} are more than the ${maxItems} that a list, or tags, may have (DOCUMENT_ITEMS_MAX)`,
    { field },
  );

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** The property that takes the most bytes as JSON; without a name where there is none. */
export function largestProperty(document: object): { readonly name: string; readonly bytes: number } {
  let largest = { name: '', bytes: 0 };
  for (const [name, value] of Object.entries(document)) {
    const bytes = bytesOf(value);
    if (bytes > largest.bytes) largest = { name, bytes };
  }
  return largest;
}
