import type { TableDefinition } from '../vastdb/engine.ts';
import { COUNTERS } from './counter-repository.ts';
import { DELETION_REQUESTS } from './deletion/deletion-tables.ts';
import { FLOW_COLLECTION_MEMBERS, FLOW_TAGS, FLOWS } from './flows/flow-tables.ts';
import { LEASES } from './leases/lease-repository.ts';
import { INSTANCE_JOBS } from './objects/instance-tables.ts';
import { OBJECTS, RECLAIM_QUEUE, RECLAIMED_IDS } from './objects/object-tables.ts';
import { PROFILES } from './profiles/profile-tables.ts';
import { SEGMENTS } from './segments/segment-tables.ts';
import { SERVICE_INFO } from './service/service-info-repository.ts';
import { SOURCE_TAGS, SOURCES } from './sources/source-tables.ts';
import { EVENTS, WEBHOOKS } from './webhooks/webhook-tables.ts';

/** The tables of VastStore. */
export const VAST_STORE_TABLES: readonly TableDefinition[] = [
  FLOWS,
  SOURCES,
  FLOW_TAGS.whole,
  FLOW_TAGS.items,
  SOURCE_TAGS.whole,
  SOURCE_TAGS.items,
  FLOW_COLLECTION_MEMBERS,
  PROFILES,
  SEGMENTS,
  OBJECTS,
  RECLAIMED_IDS,
  RECLAIM_QUEUE,
  INSTANCE_JOBS,
  DELETION_REQUESTS,
  WEBHOOKS,
  EVENTS,
  COUNTERS,
  LEASES,
  SERVICE_INFO,
];
