import Type from 'typebox';
import type { ObjectPlace } from '../services/object-events.ts';
import { AppError } from '../../../shared/errors.ts';
import { operation } from '../../../http/operation.ts';
import { badBody, json } from '../../../http/schemas/responses.ts';
import { sendJson } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import type { SearchContext } from './search-context.ts';

/** Most events of one request; senders put a few into one. */
const RECORDS_MAX = 1_000;

const S3Notification = Type.Object(
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

const count = (description: string) => Type.Integer({ description });
const Report = Type.Object({
  received: count('Records in the request.'),
  queued: count('Objects that a job was enqueued for.'),
  published: count('Objects that are again what they were before, and are found so.'),
  removed: count('Objects that are gone, and are not found any more.'),
  unchanged: count('Objects that had been dealt with before.'),
  untranscribed: count('Objects without a transcript beside them, where nothing transcribes.'),
  ignored: count('Objects that are no media, and records of other events.'),
  unknown_buckets: Type.Array(Type.String(), { description: 'Buckets that this server does not have.' }),
});

/** `POST /events/s3`, in the format of S3's event notifications. */
export function s3Events(app: TamsApp, { search }: SearchContext): void {
  operation(app, {
    method: 'POST',
    url: '/events/s3',
    body: 'large',
    name: 'events-s3',
    tag: 'MediaSearch',
    summary: 'Report objects that were created or removed',
    description:
      'An S3 event notification. It only says where to look: what counts is how the objects are now, so it may come ' +
      'late, twice or out of order. A transcript (`.vtt`, `.srt`, `.ttml`, `.json`) is that of the medium beside it. ' +
      'With access by tags, it is for those alone whom no classes limit.',
    schema: { body: S3Notification },
    responses: { 200: json('The outcomes.', Report), 400: badBody },
    handler: async (request, reply) => {
      const { Records: records, Event: event } = request.body;
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
      const { outcomes, unknownBuckets } = await search(request).events.handleAll(places);
      const received = records?.length ?? 0;
      const ignored = outcomes.ignored + received - places.length;
      const report = { received, ...outcomes, ignored, unknown_buckets: unknownBuckets };
      return sendJson(reply, JSON.stringify(report));
    },
  });
}

function decodeKey(encoded: string, index: number): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    const field = `body/Records/${index}/s3/object/key`;
    throw new AppError('invalid_request', `${field} is not URL-encoded.`, { field });
  }
}
