import { isIP, isIPv4 } from 'node:net';

/** A kind of text: how it is read, and how an error message describes it. */
export interface TextSyntax<Value> {
  /** Returns undefined for a text that is not of this kind. */
  readonly parse: (text: string) => Value | undefined;
  /** Completes "NAME takes ...". */
  readonly takes: string;
  /** The text must not be repeated in an error message. */
  readonly secret?: boolean;
}

const HOST_NAME = /^(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;
const FOLDER = '[A-Za-z0-9_-]([A-Za-z0-9._-]*[A-Za-z0-9_-])?';

/** An absolute URL below which others lie; read without the slash at its end. */
export const BASE_URL: TextSyntax<string> = {
  parse: parseBaseUrl,
  takes: 'an http or https URL without credentials, query and fragment',
};

/** Scheme, host and port. */
export const ORIGIN: TextSyntax<string> = {
  parse: (text) => {
    const base = parseBaseUrl(text);
    return base !== undefined && new URL(base).origin === base ? base : undefined;
  },
  takes: 'an http or https URL without credentials, path, query and fragment',
};

/** IP addresses and CIDRs. */
export const ADDRESS_LIST: TextSyntax<string[]> = {
  parse: listOf((item) => (isAddress(item) ? item : undefined)),
  takes: 'a comma-separated list of IP addresses and CIDRs',
};

/** Names of hosts (in lower case), and IP addresses and CIDRs. */
export const RECEIVER_LIST: TextSyntax<{ hosts: string[]; networks: string[] }> = {
  parse: (text) => {
    const items = listOf((item) => (isAddress(item) || HOST_NAME.test(item) ? item.toLowerCase() : undefined))(text);
    if (items === undefined) return undefined;
    return { hosts: items.filter((item) => !isAddress(item)), networks: items.filter(isAddress) };
  },
  takes: 'a comma-separated list of host names, IP addresses and CIDRs',
};

export const ORIGIN_LIST: TextSyntax<string[]> = {
  parse: listOf(ORIGIN.parse),
  takes: 'a comma-separated list of origins, such as https://player.example',
};

export const HOST = matching(/^[A-Za-z0-9._:-]+$/, 'a host name or an IP address');

export const REGION = matching(/^[A-Za-z0-9-]+$/, 'the name of a region, such as us-east-1');

export const BUCKET = matching(
  /^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/,
  'the name of a bucket (3 to 63 of A-Z a-z 0-9 . _ -)',
);

/** Folders within a bucket, none of them empty, `.`, `..` or hidden: as they are in the paths of objects, unencoded. */
export const KEY_PREFIX = matching(
  new RegExp(`^(?=.{1,255}$)${FOLDER}(/${FOLDER})*$`),
  'folders such as tams/media (A-Z a-z 0-9 . _ -), without slashes around, of 255 characters at most',
);

/** A folder of keys that somebody else named, or `*` for all of a bucket. */
export const KEY_FOLDER: TextSyntax<string> = matching(
  // eslint-disable-next-line no-control-regex -- no key that is listed as XML has them
  /^(?!\/)[^\u0000-\u001f\u007f]{1,512}(?<!\/)$/,
  'a folder such as renders/show, without slashes around, of 512 characters at most, or * for the whole bucket',
);

export const KEY_FOLDER_LIST: TextSyntax<string[]> = {
  parse: listOf(KEY_FOLDER.parse),
  takes: 'a comma-separated list of folders such as renders/show, without slashes around, or * for the whole bucket',
};

/** Another kind of text, or `true` or `false`. */
export function orBoolean<Value>(syntax: TextSyntax<Value>): TextSyntax<Value | boolean> {
  const parse = (text: string): Value | boolean | undefined =>
    text === 'true' || text === 'false' ? text === 'true' : syntax.parse(text);
  return { parse, takes: `true, false or ${syntax.takes}` };
}

/** Another kind of text, or `*` for all there are. */
export function orAsterisk<Value>(syntax: TextSyntax<Value>): TextSyntax<Value | '*'> {
  return { parse: (text) => (text === '*' ? text : syntax.parse(text)), takes: `* or ${syntax.takes}` };
}

/** Any text of a minimum length whose value is never shown. */
export function secretText(minLength: number): TextSyntax<string> {
  return {
    parse: (text) => (text.length >= minLength ? text : undefined),
    takes: `at least ${minLength} characters`,
    secret: true,
  };
}

function matching(pattern: RegExp, takes: string): TextSyntax<string> {
  return { parse: (text) => (pattern.test(text) ? text : undefined), takes };
}

function parseBaseUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  // URL would repair other texts (`http:host`, spaces, back slashes), which are typos.
  if (url === undefined || !isHttp || !/^https?:\/\/[^/\\\s]+(\/[^\\\s]*)?$/i.test(text)) return undefined;
  if (/[@?#]/.test(text)) return undefined;
  return url.href.replace(/\/+$/, '');
}

function listOf<Value>(parseItem: (text: string) => Value | undefined): (text: string) => Value[] | undefined {
  return (text) => {
    const items = text.split(',').map((item) => parseItem(item.trim()));
    const valid = items.filter((item) => item !== undefined);
    return valid.length === items.length ? valid : undefined;
  };
}

function isAddress(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (isIP(address) === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^(0|[1-9][0-9]*)$/.test(prefix) && Number(prefix) <= (isIPv4(address) ? 32 : 128));
}
