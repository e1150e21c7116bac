import { divide } from '../config/memory-budget.ts';
import { FEATURES } from '../features.ts';
import type { AnyFeature } from '../features/feature.ts';
import type { Config } from '../settings.ts';

const MIB = 2 ** 20;

/**
 * The configuration of one of several processes: limits and memory are set for the whole server, and each process has an
 * equal part. Sums may be a little larger, since no part is less than one, and a body must have room in each.
 */
export function partOf(config: Config, processes: number): Config {
  const part = (whole: number, least = 1): number => Math.max(least, Math.ceil(whole / processes));
  const { operation, tables, media, webhooks, features } = config;
  const { limits } = operation;
  return {
    ...config,
    operation: {
      ...operation,
      limits: {
        ...limits,
        maxConnections: part(limits.maxConnections),
        inFlightMax: part(limits.inFlightMax),
        bodiesMaxBytes: part(limits.bodiesMaxBytes, MIB),
      },
    },
    tables: {
      ...tables,
      sqlite: { ...tables.sqlite, cacheMib: part(tables.sqlite.cacheMib) },
      ...(tables.postgres && { postgres: { ...tables.postgres, poolSize: part(tables.postgres.poolSize) } }),
    },
    memory: divide(config.memory.process, processes),
    webhooks: { ...webhooks, keptBytes: part(webhooks.keptBytes, MIB) },
    media: {
      ...media,
      // 0 keeps none.
      pageCacheMib: Math.ceil(media.pageCacheMib / processes),
      presign: { ...media.presign, urlCacheMax: Math.ceil(media.presign.urlCacheMax / processes) },
    },
    features: Object.fromEntries(
      Object.entries<AnyFeature>(FEATURES).map(([name, feature]) => {
        const own: unknown = features[name as keyof typeof features];
        return [name, feature.partOf?.(own, processes) ?? own];
      }),
    ) as Config['features'],
  };
}
