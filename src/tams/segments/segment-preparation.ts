import { checkLength, type DocumentLimits } from '../documents/document-limits.ts';
import type { ExternalUrl, GivenUrl, SegmentInput } from './segment.ts';
import type { JsonText } from '../../shared/paging.ts';
import { AppError } from '../../shared/errors.ts';
import { rangeInObject } from '../objects/object-range.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { parseTimestamp } from '../../shared/time/timestamp.ts';

/** A segment with valid properties; the flow may still refuse it. */
export interface PreparedSegment {
  readonly objectId: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly fragment: JsonText;
  readonly urls: readonly ExternalUrl[];
  readonly initObjectId: string | undefined;
  /** The range that it uses of its object, on the object's own timeline. */
  readonly range: TimeRange;
  /** The range of the whole object, as the client gives it. */
  readonly objectTimerange: TimeRange | undefined;
  readonly keyFrameCount: number | undefined;
}

/** Checks a segment without the store. Throws `invalid_segment` or `invalid_timerange`. */
export function prepareSegment(input: SegmentInput, backendLabels: ReadonlySet<string>): PreparedSegment {
  const {
    object_id: objectId,
    ts_offset: offset = '0:0',
    get_urls: givenUrls,
    init_object_id: initObjectId,
    init_object: _,
    object_timerange: declared,
    ...others
  } = input;
  checkId('object_id', objectId);
  if (initObjectId !== undefined) checkId('init_object_id', initObjectId);
  const timerange = boundedRange('timerange', input.timerange);
  const { startNs, endNs } = timerange;
  if (!timerange.startInclusive) fail('timerange', `${input.timerange} must have an inclusive start`);
  const offsetNs = parsed('ts_offset', offset, parseTimestamp);
  if (input.last_duration !== undefined && parsed('last_duration', input.last_duration, parseTimestamp) < 0n) {
    fail('last_duration', 'must not be negative');
  }
  const urls = givenUrls === undefined ? NO_URLS : externalOf(givenUrls);
  for (const url of urls) checkUrl(url, backendLabels);
  // `segment-clock.ts` finds these two by their names: unknown properties, which may have parts of the same names, come after.
  const found = JSON.stringify({ ts_offset: offset, object_id: objectId });
  const fragment = `${found.slice(0, -1)},${JSON.stringify(others).slice(1, -1)}`;
  return {
    objectId,
    startNs,
    endNs,
    fragment,
    urls,
    initObjectId,
    range: rangeInObject(timerange, offsetNs),
    objectTimerange: declared === undefined ? undefined : boundedRange('object_timerange', declared),
    keyFrameCount: input.key_frame_count,
  };
}

function checkId(field: string, id: string): void {
  if (id === '') fail(field, 'must not be empty');
  // Such texts have no UTF-8 form, which tables keep: different ids would become the same.
  if (!id.isWellFormed()) fail(field, 'must be well-formed Unicode');
}

/** Throws `too_many_items` or `document_too_large`. */
export function checkSize({ fragment, urls }: PreparedSegment, limits: DocumentLimits): void {
  checkLength('get_urls', urls.length, limits);
  const urlBytes = urls.reduce(
    (sum, { url, label = '' }) => sum + Buffer.byteLength(url) + Buffer.byteLength(label),
    0,
  );
  const bytes = Buffer.byteLength(fragment) + urlBytes;
  if (bytes <= limits.maxBytes) return;
  const field = urlBytes > bytes / 2 ? 'get_urls' : 'segment';
  const problem = `it has ${bytes} bytes, ${urlBytes} of them in get_urls; ${limits.maxBytes} are the most (DOCUMENT_MAX_BYTES)`;
  throw new AppError('document_too_large', `${field}: ${problem}`, { field });
}

const NO_URLS: readonly ExternalUrl[] = [];

/**
 * To correct a segment, clients delete it and post it again, often as it was listed (TAMS 7.0, `POST
 * /flows/{flowId}/segments`). The server's own URLs are dropped: they would expire, and are added to each answer
 * anyway.
 */
const externalOf = (given: readonly GivenUrl[]): ExternalUrl[] =>
  given
    .filter(({ presigned, controlled }) => presigned !== true && controlled !== true)
    .map(({ url, label }) => (label === undefined ? { url } : { url, label }));

type BoundedRange = TimeRange & { readonly startNs: bigint; readonly endNs: bigint };

function boundedRange(field: string, text: string): BoundedRange {
  const range = parsed(field, text, (written) => TimeRange.parse(written));
  if (range.isEmpty) fail(field, `${text} is empty`);
  if (!isBounded(range)) fail(field, `${text} must have a start and an end`);
  return range;
}

const isBounded = (range: TimeRange): range is BoundedRange => range.startNs !== null && range.endNs !== null;

function checkUrl({ url, label }: ExternalUrl, backendLabels: ReadonlySet<string>): void {
  const protocol = URL.parse(url)?.protocol;
  if (protocol !== 'http:' && protocol !== 'https:') fail('get_urls', 'a URL must be an absolute http or https URL');
  if (label !== undefined && backendLabels.has(label)) {
    fail('get_urls', `the label "${label}" belongs to a storage backend of this service`);
  }
}

/** Names the property in the error of a text that cannot be parsed. */
function parsed<Value>(field: string, text: string, parse: (text: string) => Value): Value {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof AppError) throw new AppError(error.code, `${field}: ${error.message}`, { field });
    throw error;
  }
}

function fail(field: string, problem: string): never {
  throw new AppError('invalid_segment', `${field}: ${problem}`, { field });
}
