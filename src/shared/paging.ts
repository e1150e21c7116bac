import { AppError } from './errors.ts';

/**
 * A complete JSON text, ready to be sent. Rows carry their response as text, so that nothing is
 * parsed only to be printed again.
 */
export type JsonText = string;

/** The start of a page: the decoded `page` cursor. */
export type CursorPosition = readonly (string | bigint)[];

type CellTypes = readonly ('bigint' | 'string')[];
type Cells<Types extends CellTypes> = { [At in keyof Types]: Types[At] extends 'bigint' ? bigint : string };

/**
 * The cells of a cursor's position.
 *
 * @throws AppError invalid_cursor where they are not of these types: another version of the server made it
 */
export function cellsOf<const Types extends CellTypes>(position: CursorPosition, types: Types): Cells<Types> {
  if (position.length !== types.length || position.some((cell, place) => typeof cell !== types[place])) {
    throw new AppError('invalid_cursor', 'page: this cursor was not made by this listing', { field: 'page' });
  }
  return position as Cells<Types>;
}

export interface PageRequest {
  readonly limit: number;
  /** The page ends with the item that reaches this many bytes. */
  readonly maxBytes?: number;
  readonly after?: CursorPosition;
}

export interface Page<Item> {
  readonly items: Item[];
  /** Present only when there is a next page. */
  readonly next?: CursorPosition;
}
