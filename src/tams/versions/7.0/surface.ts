import type { Surface } from '../surface.ts';
import { flows } from './flows.ts';
import { listings } from './listings.ts';
import { objects } from './objects.ts';
import { segments } from './segments.ts';
import { service } from './service.ts';
import { sources } from './sources.ts';
import { storage } from './storage.ts';
import { tags } from './tags.ts';

/** TAMS 7.0. */
export const surface70: Surface = {
  version: '7.0',
  tags,
  listings,
  flows,
  sources,
  segments,
  objects,
  storage,
  service,
};
