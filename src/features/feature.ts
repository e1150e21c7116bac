import type { Logger } from 'pino';
import type { Environment } from '../config/environment.ts';
import type { ObjectPlace } from '../formats/s3-notification.ts';
import type { Authentication } from '../http/access-check.ts';
import type { DocumentTag } from '../http/plugins/document-paths.ts';
import type { TamsApp } from '../http/tams-app.ts';
import type { MediaStores } from '../media/media-store-registry.ts';
import type { MemoryUse } from '../operation/metrics/server-sources.ts';
import type { MetricSource, TimingSource } from '../operation/metrics/metric-source.ts';
import type { Siblings } from '../operation/siblings.ts';
import type { Worker } from '../operation/worker-loop.ts';
import type { Asker } from '../tams/access/by-classes.ts';
import type { LeaseKeeper } from '../tams/leases/lease-keeper.ts';
import type { TamsContext } from '../tams/route-context.ts';
import type { Services } from '../tams/services.ts';
import type { Settings } from '../tams/settings.ts';
import type { Management } from './management.ts';
import type { Statistics } from './statistics.ts';
import type { EventFeed } from '../tams/webhooks/open-webhooks.ts';
import type { TableDefinition, TableEngine } from '../vastdb/engine.ts';
import type { VastDBManager } from '../vastdb/vast-db-manager.ts';
import type { VastStore } from '../tams/vast-store.ts';

/** Something beyond TAMS. All of it lies in one folder, of which only this is imported from outside. */
export interface Feature<Own> {
  /** The variables that `settings` reads; none unless given. */
  readonly variables?: readonly string[];
  /** Reads its own variables. @throws ConfigError */
  settings(env: Environment, settings: Settings): Own;
  /** The settings of one of several processes, where some of them are limits of the whole server. */
  partOf?(own: Own, processes: number): Own;
  /** The tables that it needs; none while it is switched off. */
  tables?(own: Own): readonly TableDefinition[];
  /** Its tables as the engine has them, from whatever configuration: for commands that copy everything. */
  tablesIn?(engine: Pick<TableEngine, 'describeTable'>, own: Own): Promise<readonly TableDefinition[]>;
  readonly statistics?: Statistics;
  /** For commands of operators, whether it is on or off. */
  management?(): Promise<Management<Own>>;
  /** Whether clients must authenticate. */
  guards?(own: Own): boolean;
  /** Undefined: it is switched off. */
  open(platform: Platform, own: Own): Promise<OpenFeature | undefined>;
}

/** A feature whatever its settings are; only what `settings` returned is ever given back to it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of features with settings of their own types
export type AnyFeature = Feature<any>;

/**
 * Brings a feature in line with objects that were created, changed or removed. It may be called late, twice or out of order
 * (docs/adr/0039-kafka-events.md). Rejects where all of them have to be given again. Only media search tells outcomes.
 */
export type ObjectTaker = (places: readonly ObjectPlace[]) => Promise<ObjectOutcomes | undefined>;

/**
 * Objects by what a notification of them led to: a job was enqueued, an earlier version was published again, the asset is
 * gone, nothing was new, there is neither a transcript nor a transcriber, or the object cannot be searched.
 */
export type ObjectOutcomes = Readonly<
  Record<'queued' | 'published' | 'removed' | 'unchanged' | 'untranscribed' | 'ignored', number>
>;

/** The parts of the server that features build on. */
export interface Platform {
  readonly settings: Settings;
  readonly logger: Logger;
  /** SECRET_KEY, to derive keys from. */
  readonly secret: string;
  readonly manager: VastDBManager;
  readonly store: VastStore;
  readonly media: MediaStores;
  readonly leases: LeaseKeeper;
  readonly siblings: Siblings;
  readonly events: EventFeed;
  /** Those of the features that are open, once all of them are. */
  readonly objectTakers: () => readonly ObjectTaker[];
  /** Those of all features. */
  readonly statistics: readonly Statistics[];
  /** The services of TAMS, for everybody and as a principal may use them. */
  readonly tams: { readonly forAll: Services; readonly of: (asker: Asker) => Services };
}

/** A running feature. */
export interface OpenFeature {
  /** Groups of its operations in the OpenAPI document. */
  readonly tags?: readonly DocumentTag[];
  readonly routes?: (app: TamsApp, context: TamsContext) => void | Promise<void>;
  /** Started in this order once everything is open, in one process of the server, and stopped after the last request. */
  readonly workers?: readonly Worker[];
  /** The same in each process: for what is in its memory. Stopped last. */
  readonly ownWorkers?: readonly Worker[];
  readonly metrics?: readonly (MetricSource | TimingSource)[];
  /** Its caches. */
  readonly memory?: readonly MemoryUse[];
  readonly authentication?: Authentication;
  readonly takesObjects?: ObjectTaker;
  /** After its workers have stopped. */
  close?(): Promise<void>;
}
