import type { Static } from 'typebox';
import { Type } from '../shared/type-builder.ts';
import { AppError } from '../shared/errors.ts';

/** Most events of one notification; senders put a few into one. */
const RECORDS_MAX = 1_000;

/** An event notification of S3, as object stores send it to webhooks and topics. */
export const S3Notification = Type.Object(
  {
    Records: Type.Optional(
      Type.Array(
        Type.Object({
          eventName: Type.String({ description: '`ObjectCreated:*` and `ObjectRemoved:*` count.', maxLength: 256 }),
          s3: Type.Object({
            bucket: Type.Object({ name: Type.String({ minLength: 1, maxLength: 256 }) }),
            object: Type.Object({
              key: Type.String({ description: 'URL-encoded, a space as `+`.', minLength: 1, maxLength: 4096 }),
            }),
          }),
        }),
        { maxItems: RECORDS_MAX },
      ),
    ),
    Event: Type.Optional(Type.String({ description: '`s3:TestEvent`, when a sender is set up.', maxLength: 256 })),
  },
  {
    examples: [
      {
        Records: [
          { eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'media' }, object: { key: 'news/clip+1.mp4' } } },
        ],
      },
    ],
  },
);

/** The place of an object that changed. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/**
 * The objects that were created or removed; records of other events are left out.
 *
 * @throws AppError invalid_request where there are no records, or a key is not URL-encoded
 */
export function changedObjects({ Records: records, Event: event }: Static<typeof S3Notification>): ObjectPlace[] {
  if (records === undefined && event !== 's3:TestEvent') {
    throw new AppError('invalid_request', 'The body has no Records; it takes S3 event notifications.', {
      field: 'body/Records',
    });
  }
  const places: ObjectPlace[] = [];
  for (const [index, { eventName, s3 }] of (records ?? []).entries()) {
    // Some senders name the service before it.
    if (!/^(s3:)?Object(Created|Removed):/.test(eventName)) continue;
    places.push({ bucket: s3.bucket.name, key: decodeKey(s3.object.key, index) });
  }
  return places;
}

function decodeKey(encoded: string, index: number): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    const field = `body/Records/${index}/s3/object/key`;
    throw new AppError('invalid_request', `${field} is not URL-encoded.`, { field });
  }
}
