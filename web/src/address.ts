/** Where the page is, `/ui/` at the end; the server writes it into index.html. */
export const pageBase = new URL(document.baseURI).pathname;

/** The server's own root, with a slash at its end. */
export const serverRoot = new URL('..', document.baseURI).href;

/** The address of a page: `flows/ID`, or the library for an empty one. */
export const addressOf = (page: string): string => pageBase + page;
