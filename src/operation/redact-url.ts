const SECRET_PARAMETERS: ReadonlySet<string> = new Set([
  'access_token',
  'signature',
  'x-amz-signature',
  'x-amz-credential',
  'x-amz-security-token',
]);

/** Also where only a lenient reader would find a parameter: what is logged too little can be asked for again. */
const PARAMETER_START = /[?&#;]([^?&#;=]+)=/g;

/** A URL as it may be logged: without tokens and signatures. */
export function redactUrl(original: string): string {
  const url = withoutPathToken(original);
  let redacted = '';
  let from = 0;
  for (const match of url.matchAll(PARAMETER_START)) {
    if (match.index < from || !SECRET_PARAMETERS.has(decoded(match[1] ?? '').toLowerCase())) continue;
    const valueAt = match.index + match[0].length;
    const end = url.indexOf('&', valueAt);
    redacted += `${url.slice(from, valueAt)}[redacted]`;
    from = end === -1 ? url.length : end;
  }
  return redacted + url.slice(from);
}

/** Playback URLs have the token in their path, behind `/playback/t/`. */
function withoutPathToken(url: string): string {
  const segments = url.split('/');
  const is = (name: string, place: number): boolean => decoded(segments[place] ?? '').toLowerCase() === name;
  return segments
    .map((text, at) => (is('t', at - 1) && is('playback', at - 2) ? text.replace(/^[^?#]+/, '[redacted]') : text))
    .join('/');
}

/** The server takes `%61ccess_token` and `/playback/%74/` for what they mean, too. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    // Nothing that cannot be decoded is the name of a parameter of ours.
    return name;
  }
}
