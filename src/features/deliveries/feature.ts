import type { Feature } from '../feature.ts';
import { deliveryRoutes } from './delivery-routes.ts';

/** The last deliveries of each webhook, for those who look why a receiver was not told. */
export const deliveries: Feature<undefined> = {
  settings: () => undefined,
  open: () => Promise.resolve({ routes: deliveryRoutes }),
};
