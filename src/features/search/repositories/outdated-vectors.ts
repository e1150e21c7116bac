import type { OutdatedVersion } from '../rules/version.ts';
import { and, eq, gt, isNull, ne, or, startsWith } from '../../../vastdb/predicate/builder.ts';
import type { Where } from '../../../vastdb/predicate/predicate.ts';
import type { VastDBManager } from '../../../vastdb/vast-db-manager.ts';
import { refreshVectors } from './publication.ts';
import { EMBEDDINGS, STATE, type VersionRow, VERSIONS } from '../search-tables.ts';

/** Vectors that are removed in one transaction. */
const BATCH = 2_000;

/** Prefix of the rows with the last start of a process with a model. */
const STARTED = 'embedder:';

/** Finds versions with vectors of another model than the present one, by the model recorded with them. */
export class OutdatedVectors {
  readonly #manager: VastDBManager;

  constructor(manager: VastDBManager) {
    this.#manager = manager;
  }

  /** In the order of their ids, after one of them. */
  async page(model: string, afterId: string, limit: number): Promise<OutdatedVersion[]> {
    if (!(await this.#hasVersions())) return [];
    const { rows } = await this.#manager.reader('background').select({
      table: VERSIONS,
      columns: ['id', 'asset_id'],
      where: and([outdated(model), gt('id', afterId)]),
      orderBy: [{ column: 'id', direction: 'asc' }],
      limit,
    });
    return rows.map(([id, assetId]) => ({ id, assetId }));
  }

  async count(model: string): Promise<number> {
    return (await this.#hasVersions()) ? this.#manager.reader('background').count(VERSIONS, outdated(model)) : 0;
  }

  /**
   * Whether vectors are to be made by this model. If processes have different models, that of the last started process
   * counts; otherwise each would undo the other's work.
   *
   * @param startedMs when the process of the caller started, in Unix milliseconds.
   */
  isPresent(model: string, startedMs: number): Promise<boolean> {
    return this.#manager.transaction(async (tx) => {
      await tx.lock(['search:embedder']);
      const { rows } = await tx.select({
        table: STATE,
        columns: ['name', 'value'],
        where: startsWith('name', STARTED),
      });
      const name = STARTED + model;
      const started = new Map(rows);
      const known = started.get(name);
      const value = known !== undefined && known > BigInt(startedMs) ? known : BigInt(startedMs);
      if ([...started].some(([other, ms]) => other !== name && ms > value)) return false;
      if (known === undefined) await tx.insertArrays(STATE, ['name', 'value'], [[name, value]]);
      else if (known < value) await tx.update(STATE, eq('name', name), { value });
      return true;
    });
  }

  /** A server with nothing to search needs no thread to find that out. */
  async #hasVersions(): Promise<boolean> {
    const { rows } = await this.#manager.select({ table: VERSIONS, columns: ['id'], limit: 1 });
    return rows.length > 0;
  }

  /** Removes the vectors of a version by a model for good. */
  async removeVectors({ id, assetId }: OutdatedVersion, model: string): Promise<void> {
    const where = and([eq('version_id', id), eq('model', model)]);
    const removeSome = (): Promise<number> =>
      this.#manager.transaction(
        async (tx) => {
          await tx.lock([`asset:${assetId}`]);
          const removed = await tx.delete(EMBEDDINGS, where, { limit: BATCH });
          if (removed > 0) await refreshVectors(tx, id);
          return removed;
        },
        { lane: 'background' },
      );
    while ((await removeSome()) === BATCH);
  }
}

const outdated = (model: string): Where<VersionRow> =>
  and([
    eq('publish_state', 'ACTIVE'),
    or([isNull('embedding_model'), ne('embedding_model', model)]),
    // Removed versions need no vectors.
    eq('segment_visibility', 'ACTIVE'),
    eq('embedding_visibility', 'ACTIVE'),
  ]);
