const ENTITY_TAG = /(?:W\/)?("[^"]*")/g;

/** Whether an If-None-Match header names the tag (RFC 9110, section 13.1.2: weak comparison). The tag is quoted. */
export function matchesEntityTag(header: string, tag: string): boolean {
  if (header.trim() === '*') return true;
  for (const [, candidate] of header.matchAll(ENTITY_TAG)) {
    if (candidate === tag) return true;
  }
  return false;
}

/** Whether an If-Range header allows a part: it has to be exactly the present tag, or the present date. */
export function allowsRange(header: string | undefined, tag: string, lastModified: string): boolean {
  return header === undefined || header === tag || header === lastModified;
}
