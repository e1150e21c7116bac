/** The path and query of a request. */
export interface RequestTarget {
  /** Escaped, as it is sent: `/bucket/schema/table?rows`. */
  readonly path: string;
  /** Escaped once more, as it is signed. */
  readonly canonicalPath: string;
  /** Sorted, with `=` after bare words, as it is signed. */
  readonly canonicalQuery: string;
}

/**
 * Puts the path and its parameters together: bare words first, then the others sorted by name, in the
 * manner of the official client. Nothing of it is normalized.
 */
export function requestTarget(path: readonly string[], query: Readonly<Record<string, string | null>>): RequestTarget {
  const escapedPath = `/${path.map(escape).join('/')}`;
  const words: string[] = [];
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === null) words.push(escape(name));
    else pairs.push(`${escape(name)}=${escapePlus(value)}`);
  }
  pairs.sort();
  const sent = [...words, ...pairs].join('&');
  const signed = [...words.map((word) => `${word}=`), ...pairs].sort().join('&');
  return {
    path: sent === '' ? escapedPath : `${escapedPath}?${sent}`,
    canonicalPath: `/${path.map((part) => escape(escape(part))).join('/')}`,
    canonicalQuery: signed,
  };
}

/** All but letters, digits and `-._~`; encodeURIComponent leaves a few more as they are. */
function escape(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const escapePlus = (text: string): string => escape(text).replaceAll('%20', '+');
