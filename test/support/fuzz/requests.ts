import fc from 'fast-check';
import type { ApiDocument, ApiOperation, Parameter } from './api-document.ts';
import { hostileText, valueOf } from './hostile-values.ts';

export interface FuzzRequest {
  readonly target: string;
  readonly body: string | undefined;
  readonly contentType: string;
}

const BODYLESS = ['GET', 'HEAD'];
const TYPES = ['text/plain', 'application/xml', 'nonsense', 'application/json; charset=latin1', 'multipart/form-data'];
const RAW_BODIES = ['', '{', 'null', '"', '[', '\u0000', '{"a":1}{', '[]', '5', 'WEBVTT\n\n00:01.000 --> 00:00.000\nx'];

/** Requests to an operation: mostly as the document has them, with something wrong in every part of some. */
export function requestsTo(document: ApiDocument, operation: ApiOperation, ids: readonly string[]) {
  const parameters = operation.parameters.filter((one) => one.in === 'query');
  const inPath = operation.parameters.filter((one) => one.in === 'path');
  const text = ({ schema }: Parameter) => valueOf(document, schema, ids).map(asText);
  const part = (parameter: Parameter) =>
    fc.oneof({ weight: 8, arbitrary: text(parameter).map(encoded) }, { weight: 1, arbitrary: hostileText.map(raw) });
  const path = fc
    .tuple(...inPath.map((parameter) => part(parameter).map((value) => [`{${parameter.name}}`, value] as const)))
    .map((values) => values.reduce((url, [name, value]) => url.replace(name, () => value), operation.path));
  const pair = (parameter: Parameter) =>
    fc.tuple(nameOf(parameter), part(parameter)).map(([name, value]) => `${name}=${value}`);
  const query = fc
    .tuple(
      fc.tuple(...parameters.map((parameter) => fc.option(pair(parameter), { freq: 3, nil: undefined }))),
      // Again, or one that is not known.
      fc.array(
        fc.oneof(
          ...parameters.map(pair),
          hostileText.map((name) => `${raw(name)}=1`),
        ),
        { maxLength: 1 },
      ),
    )
    .map(([known, more]) => [...known.filter((one) => one !== undefined), ...more].join('&'));
  return fc.tuple(path, query, bodiesOf(document, operation, ids)).map(([url, search, body]): FuzzRequest => {
    return { target: search === '' ? url : `${url}?${search}`, ...body };
  });
}

function bodiesOf(document: ApiDocument, { method, bodies }: ApiOperation, ids: readonly string[]) {
  const none = { body: undefined, contentType: 'application/json' };
  const type = fc.constantFrom(...Object.keys(bodies), 'application/json');
  if (BODYLESS.includes(method)) return fc.constant(none);
  const odd = fc.record({
    body: fc.oneof(fc.constantFrom(...RAW_BODIES), hostileText),
    contentType: fc.oneof(fc.constantFrom(...TYPES), type),
  });
  const documented = Object.entries(bodies).map(([contentType, schema]) =>
    valueOf(document, schema, ids).map((value) => ({
      body: contentType === 'application/json' ? JSON.stringify(value) : asText(value),
      contentType,
    })),
  );
  if (documented.length === 0)
    return fc.oneof({ weight: 4, arbitrary: fc.constant(none) }, { weight: 1, arbitrary: odd });
  return fc.oneof(
    { weight: 12, arbitrary: fc.oneof(...documented) },
    { weight: 2, arbitrary: odd },
    { weight: 1, arbitrary: fc.constant(none) },
  );
}

/** `tag.{name}` stands for many. */
const nameOf = ({ name }: Parameter): fc.Arbitrary<string> =>
  name.includes('{name}') ? hostileText.map((text) => name.replace('{name}', () => encoded(text))) : fc.constant(name);

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());
/** As it is, but for what would end the request, or its path and its query. */
const raw = (text: string): string => text.replace(/[\s/?#&\\]|\p{Cc}|\p{Cs}/gu, '').slice(0, 2_000);
