import { byClasses } from '../../tams/access/by-classes.ts';
import type { Feature } from '../feature.ts';
import { TimelineRepository } from './timeline-repository.ts';
import { timelineRoutes } from './timeline-routes.ts';
import { TimelineService } from './timeline-service.ts';

/** Timelines as they are drawn (docs/adr/0040-timeline-aggregates.md). */
export const timeline: Feature<undefined> = {
  settings: () => undefined,
  open: ({ manager, store, settings }) => {
    const timelines = new TimelineRepository(manager.reader());
    const of = byClasses(
      settings.classes,
      new TimelineService(store, timelines),
      (limits) => new TimelineService(store.limitedTo(limits), timelines),
    );
    return Promise.resolve({
      tags: [
        { name: 'Timelines', description: 'Where flows have content, as fine as it can be drawn; not a part of TAMS.' },
      ],
      routes: (app) => {
        timelineRoutes(app, of);
      },
    });
  },
};
