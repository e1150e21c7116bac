/** A row that was read in this transaction and is about to be changed. Only the store looks inside. */
export type RowHandle = { readonly __handle: never };
