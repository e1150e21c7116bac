import { adoption } from './features/adoption/feature.ts';
import { analytics } from './features/analytics/feature.ts';
import { auth } from './features/auth/feature.ts';
import { deliveries } from './features/deliveries/feature.ts';
import { exr } from './features/exr/feature.ts';
import type { AnyFeature } from './features/feature.ts';
import { kafka } from './features/kafka/feature.ts';
import { notifications } from './features/notifications/feature.ts';
import { playback } from './features/playback/feature.ts';
import { retention } from './features/retention/feature.ts';
import { search } from './features/search/feature.ts';
import { timeline } from './features/timeline/feature.ts';
import { trash } from './features/trash/feature.ts';
import { web } from './features/web/feature.ts';

/** Everything beyond TAMS. To delete a feature, delete its folder, its import and its name here. */
export const FEATURES = {
  auth,
  trash,
  retention,
  search,
  exr,
  adoption,
  notifications,
  analytics,
  deliveries,
  timeline,
  playback,
  web,
  kafka,
} satisfies Record<string, AnyFeature>;
