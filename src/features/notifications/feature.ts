import { AppError } from '../../shared/errors.ts';
import { type Asker, byClasses } from '../../tams/access/by-classes.ts';
import type { Feature, ObjectTaker } from '../feature.ts';
import { Type } from '../../shared/type-builder.ts';
import { changedObjects, S3Notification } from '../../formats/s3-notification.ts';
import { operation } from '../../http/operation.ts';
import { badBody, json } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';

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

const NOTHING_SEARCHED = { queued: 0, published: 0, removed: 0, unchanged: 0, untranscribed: 0 };

/** `POST /events/s3`, in the format of S3's event notifications. */
function s3Events(app: TamsApp, buckets: ReadonlySet<string>, takerOf: (request: Asker) => ObjectTaker): void {
  operation(app, {
    method: 'POST',
    url: '/events/s3',
    body: 'large',
    name: 'events-s3',
    tag: 'Operation',
    summary: 'Report objects that were created or removed',
    description:
      'An S3 event notification. It only says where to look: what counts is how the objects are now, so it may come ' +
      'late, twice or out of order. EXR frames are inspected (`EXR_AUTO_INSPECT`), and adopted where an adoption follows ' +
      'their folder; they are ignored in the answer. Media are searched (`SEARCH`); a transcript (`.vtt`, `.srt`, `.ttml`, ' +
      '`.json`) is that of the medium beside it. ' +
      'With access by tags, it is for those alone whom no classes limit.',
    schema: { body: S3Notification },
    responses: { 200: json('The outcomes.', Report), 400: badBody },
    handler: async (request, reply) => {
      const places = changedObjects(request.body);
      const unknown = places.map(({ bucket }) => bucket).filter((bucket) => !buckets.has(bucket));
      const outcomes = (await takerOf(request)(places)) ?? {
        ...NOTHING_SEARCHED,
        ignored: places.length - unknown.length,
      };
      const received = request.body.Records?.length ?? 0;
      const ignored = outcomes.ignored + received - places.length;
      const report = { received, ...outcomes, ignored, unknown_buckets: [...new Set(unknown)] };
      return sendJson(reply, JSON.stringify(report));
    },
  });
}

/** Notifications of S3 over HTTP, for all features that take objects. */
export const notifications: Feature<undefined> = {
  settings: () => undefined,
  open: ({ settings, objectTakers }) => {
    const take: ObjectTaker = async (places) => {
      let outcomes;
      for (const taker of objectTakers()) outcomes = (await taker(places)) ?? outcomes;
      return outcomes;
    };
    const takerOf = byClasses(settings.classes, take, () => refuse);
    return Promise.resolve({
      routes: (app) => {
        s3Events(app, new Set(Object.keys(settings.media.buckets)), takerOf);
      },
    });
  },
};

/** S3 events can probe any object, so principals limited by class are refused. */
const refuse: ObjectTaker = () => {
  const problem = 'Events tell of whole buckets: they are for principals that no classes limit.';
  return Promise.reject(new AppError('insufficient_scope', problem));
};
