import { AppError } from '../../shared/errors.ts';
import { byClasses } from '../../tams/access/by-classes.ts';
import type { Feature, ObjectTaker } from '../feature.ts';
import { s3Events } from './s3-events.ts';

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
