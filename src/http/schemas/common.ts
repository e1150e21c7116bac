import type { Static, TSchema } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import { UUID_LIST_PATTERN, UUID_PATTERN } from '../../shared/uuid.ts';

/** The patterns of TAMS 7.0, and what to call them in an error. */
export const PATTERNS = {
  uuid: {
    pattern: UUID_PATTERN,
    expects: 'a lower-case UUID',
  },
  timestamp: {
    pattern: '^-?(0|[1-9][0-9]*):(0|[1-9][0-9]{0,8})$',
    expects: 'a timestamp such as 10:500000000 (seconds:nanoseconds)',
  },
  timerange: {
    pattern:
      '^(\\[|\\()?(-?(0|[1-9][0-9]*):(0|[1-9][0-9]{0,8}))?(_(-?(0|[1-9][0-9]*):(0|[1-9][0-9]{0,8}))?)?(\\]|\\))?$',
    expects: 'a timerange such as [0:0_10:0)',
  },
  mediaType: { pattern: '^[^\\s/]+/[^\\s/]+$', expects: 'a media type such as video/mp2t' },
  /** Wider than the pattern of flows' codecs: a filter that no flow matches just finds none. */
  codecFilter: { pattern: '.*/.*', expects: 'a media type such as video/h264' },
  channelRange: { pattern: '^[0-9]+_[0-9]+$', expects: 'a range of channels such as 0_1' },
  packageUid: {
    pattern:
      '^urn:smpte:umid:[0-9a-fA-F]{8}(.[0-9a-fA-F]{8}){7}$|^urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
    expects: 'a UMID or UUID as a URN',
  },
  labelList: { pattern: '^([^,]+(,[^,]+)*)?$', expects: 'labels with single commas between them' },
  uuidList: {
    pattern: UUID_LIST_PATTERN,
    expects: 'lower-case UUIDs with single commas between them',
  },
  duration: { pattern: '^[1-9][0-9]{0,5}(s|m|h|d)$', expects: 'a duration such as 30s, 10m, 1h or 7d' },
  decimal: { pattern: '^[0-9]{1,6}(\\.[0-9]{1,6})?$', expects: 'a number such as 2.5' },
} as const;

/** A schema whose title makes it a named component of the OpenAPI document. */
export const Uuid = Type.String({ title: 'Uuid', pattern: PATTERNS.uuid.pattern, description: 'A lower-case UUID.' });

export const Timestamp = Type.String({
  title: 'Timestamp',
  pattern: PATTERNS.timestamp.pattern,
  description: 'A signed time as `seconds:nanoseconds`.',
});

export const Timerange = Type.String({
  title: 'Timerange',
  pattern: PATTERNS.timerange.pattern,
  description:
    'Two timestamps around `_`, each with a bracket that says whether it belongs to the range (`[`, `]`) or not (`(`, `)`). ' +
    'A side that is left out is open; `_` is everything and `()` is empty.',
});

export const DateTime = Type.String({ format: 'date-time' });

export const MediaType = Type.String({
  title: 'MediaType',
  pattern: PATTERNS.mediaType.pattern,
  description: 'A media type.',
});

/**
 * Values of one schema by free names. Not `Type.Record`, whose pattern leaves out names with a line break, and so lets any
 * value through under them.
 */
export const Dictionary = <Schema extends TSchema>(
  schema: Schema,
  options: { title?: string; description?: string } = {},
) => Type.Unsafe<Record<string, Static<Schema>>>({ type: 'object', additionalProperties: schema, ...options });

/** An integer that JSON carries without loss. */
export function Integer(options: { minimum?: number; description?: string } = {}) {
  return Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER, ...options });
}

/** Number of results. Any number is accepted; one above the operation's maximum is lowered to it. */
export const limitParameter = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }));

/** Exactly one of several schemas. */
export function OneOf<Schemas extends TSchema[]>(
  schemas: [...Schemas],
  options: { title?: string; description?: string; examples?: readonly unknown[] },
) {
  return Type.Unsafe<Static<Schemas[number]>>({ oneOf: schemas, ...options });
}

/** The numerator is required, the denominator is 1 where it is left out. */
export const Rational = Type.Object(
  { numerator: Integer({ minimum: 1 }), denominator: Type.Optional(Integer({ minimum: 1 })) },
  { title: 'Rational' },
);

export const Ratio = Type.Object(
  { numerator: Integer({ minimum: 1 }), denominator: Integer({ minimum: 1 }) },
  { title: 'Ratio' },
);
