import type { Surface } from '../surface.ts';
import { flows } from './flows.ts';
import { listings } from './listings.ts';
import { sources } from './sources.ts';
import { tags } from './tags.ts';

/** TAMS 7.0. */
export const surface70: Surface = { version: '7.0', tags, listings, flows, sources };
