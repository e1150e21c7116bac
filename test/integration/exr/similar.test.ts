import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refOfKey, refOfObject, type SimilarExrFile } from '../../../src/features/exr/rules/exr-file.ts';
import { cosine, embed } from '../../../src/features/exr/rules/embedding/feature-vector.ts';
import { EXR_EMBEDDING_VERSION } from '../../../src/features/exr/rules/embedding/metadata-embedding.ts';
import { EXR_EMBEDDINGS, EXR_FILES } from '../../../src/features/exr/exr-tables.ts';
import { renderedFrame } from '../../support/exr-objects.ts';
import { inspected, openStoreWorld, type StoreWorld } from './store-world.ts';

/** More than are read at once, so that several portions are. */
const FILES = 9_000;
/** So many files are alike, so there are ties. */
const ALIKE = 3;

const vectorOf = (index: number): Float32Array =>
  embed(
    [
      {
        name: 'f',
        weight: 1,
        features: new Map([
          ['a', 1],
          [`b${Math.floor(index / ALIKE) % 500}`, 1],
        ]),
      },
    ],
    384,
  );
const refs = Array.from({ length: FILES }, (_, index) => refOfObject(`many/${index}.exr`));

describe('similar files, of many', () => {
  let world: StoreWorld;
  const own = refOfKey('local', 'own.exr');
  beforeAll(async () => {
    world = await openStoreWorld();
    const found = await inspected(own.path, renderedFrame(1));
    await world.files.save(own, { ...found, vectors: { ...found.vectors, metadata: vectorOf(0) } }, 0);
    const file = { size: 1n, part_count: 1, is_deep: false, is_tiled: false, schema_version: 1 };
    const audit = { inspection_count: 1n, first_inspected_ms: 0n, last_inspected_ms: 0n };
    const version = { embedding_version: EXR_EMBEDDING_VERSION };
    await world.manager.transaction(async (tx) => {
      const rows = refs.map(({ id, path, objectId }) => ({
        id,
        path,
        object_id: objectId,
        ...file,
        ...version,
        ...audit,
      }));
      await tx.insert(EXR_FILES.name, rows);
      await tx.insert(
        EXR_EMBEDDINGS.name,
        refs.map(({ id }, index) => ({ file_id: id, ...version, vector: vectorOf(index) })),
      );
      const older = { file_id: 'f'.repeat(32), embedding_version: EXR_EMBEDDING_VERSION - 1, vector: vectorOf(0) };
      await tx.insert(EXR_EMBEDDINGS.name, [older]);
    });
  });
  afterAll(() => world.close());

  const expected = refs
    .map(({ id }, index) => ({ id, score: cosine(vectorOf(0), vectorOf(index)) }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  const shown = (items: readonly SimilarExrFile[]) => items.map(({ file, score }) => ({ id: file.id, score }));

  it('are the best of all, in order, page after page', async () => {
    let after: readonly (string | bigint)[] | undefined;
    for (let page = 0; page < 4; page += 1) {
      const found = await world.files.similar(own.id, { by: 'metadata' }, { limit: 40, ...(after && { after }) });
      expect(shown(found?.items ?? [])).toEqual(expected.slice(page * 40, page * 40 + 40));
      after = found?.next;
    }
  });

  it('are the best of those whose objects are visible', async () => {
    const isSeen = (objectId: string): boolean => objectId.endsWith('7.exr');
    const visible = async (ids: readonly string[]) => new Set(ids.filter(isSeen));
    const seen = new Set(refs.filter(({ path }) => isSeen(path)).map(({ id }) => id));
    const found = await world.files.similar(own.id, { by: 'metadata' }, { limit: 50 }, visible);
    expect(shown(found?.items ?? [])).toEqual(expected.filter(({ id }) => seen.has(id)).slice(0, 50));
    expect(found?.next).toBeDefined();
  });

  it('are looked up as far as they may be among the best, and no further', async () => {
    let asked = 0;
    const everything = async (ids: readonly string[]) => {
      asked += ids.length;
      return new Set(ids);
    };
    const found = await world.files.similar(own.id, { by: 'metadata' }, { limit: 50 }, everything);
    expect(shown(found?.items ?? [])).toEqual(expected.slice(0, 50));
    expect(asked).toBeLessThan(1_000);
  });
});
