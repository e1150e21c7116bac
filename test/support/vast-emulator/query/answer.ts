import { Field, type DataType } from 'apache-arrow';
import { columnMessage, countMessage, END_OF_STREAM, schemaMessage } from '../wire/arrow-messages.ts';
import type { PageSettings } from '../settings.ts';
import { COLUMN_NAME, type OutputColumn } from './output-column.ts';

/** Rows of a sub-split that are answered, and where it goes on. */
export interface Page {
  readonly subSplit: number;
  readonly slots: readonly number[];
  readonly positions: readonly number[];
  /** Where the sub-split goes on after these rows; FINISHED when it does not. */
  readonly next: number;
}

/** The next row id of a sub-split that has no more rows: 2^48 - 1. */
export const FINISHED = 2 ** 48 - 1;

const KEEP_ALIVE = streamId(0xffffffff);
const COMPLETE = streamId(0xfffffffe);
const FAILED = streamId(0xfffffffd);

/** One frame per Arrow message: stream id, next row id, message. */
export function answerFrames(
  pages: readonly Page[],
  columns: readonly OutputColumn[],
  settings: PageSettings,
): Buffer[] {
  const streams = pages.map((page) => pageFrames(page, columns, settings));
  if (!settings.interleaved) return [KEEP_ALIVE, ...streams.flat(2), COMPLETE];
  const frames: Buffer[] = [];
  const rounds = Math.max(0, ...streams.map((stream) => stream.length));
  for (let round = 0; round < rounds; round += 1) {
    frames.push(KEEP_ALIVE, ...streams.flatMap((stream) => stream[round] ?? []));
  }
  return [...frames, KEEP_ALIVE, COMPLETE];
}

/** The answer of a query that failed on its way. */
export function failedAnswer(): Buffer {
  return Buffer.concat([KEEP_ALIVE, FAILED, Buffer.alloc(12)]);
}

function pageFrames(page: Page, columns: readonly OutputColumn[], settings: PageSettings): Buffer[][] {
  const frames: Buffer[][] = [];
  for (let start = 0; start === 0 || start < page.slots.length; start += settings.setRows) {
    const end = Math.min(start + settings.setRows, page.slots.length);
    const next = end < page.slots.length ? (page.positions[end] ?? FINISHED) : page.next;
    const head = frameHead(page.subSplit, next);
    for (const message of setMessages(page.slots.slice(start, end), columns, settings.batchRows))
      frames.push([head, message]);
  }
  return frames;
}

/** A complete set: each column as an Arrow stream of its own. No columns: a batch that only has a length. */
function setMessages(slots: readonly number[], columns: readonly OutputColumn[], batchRows: number): Buffer[] {
  if (columns.length === 0) return [schemaMessage([]), countMessage(slots.length), END_OF_STREAM];
  return columns.flatMap((column) => {
    const messages = [schemaOf(column)];
    for (let start = 0; start === 0 || start < slots.length; start += batchRows) {
      messages.push(columnMessage(column.type, slots.slice(start, start + batchRows).map(column.value)));
    }
    return [...messages, END_OF_STREAM];
  });
}

/** Types live as long as their columns, so a schema is written once for each. */
const knownSchemas = new WeakMap<DataType, Buffer>();

function schemaOf({ type }: OutputColumn): Buffer {
  let message = knownSchemas.get(type);
  if (message === undefined) {
    message = schemaMessage([new Field(COLUMN_NAME, type, true)]);
    knownSchemas.set(type, message);
  }
  return message;
}

function frameHead(stream: number, next: number): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(stream, 0);
  head.writeBigUInt64LE(BigInt(next), 4);
  return head;
}

function streamId(id: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(id);
  return bytes;
}
