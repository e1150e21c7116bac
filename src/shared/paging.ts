/**
 * A complete JSON text, ready to be sent. Rows carry their response as text, so that nothing is
 * parsed only to be printed again.
 */
export type JsonText = string;

/** Where a page starts: the decoded `page` cursor, or undefined for the first page. */
export type CursorPosition = readonly (string | bigint)[];

export interface PageRequest {
  readonly limit: number;
  /** The page ends with the item with which it has so many bytes. */
  readonly maxBytes?: number;
  readonly after?: CursorPosition;
}

export interface Page<Item> {
  readonly items: Item[];
  /** Present only when there is a next page. */
  readonly next?: CursorPosition;
}
