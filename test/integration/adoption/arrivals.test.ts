import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Adoption, NO_COUNTS } from '../../../src/features/adoption/adoption.ts';
import { AdoptionKeyReader } from '../../../src/features/adoption/adoption-key-repository.ts';
import { AdoptionReader, AdoptionRepository } from '../../../src/features/adoption/adoption-repository.ts';
import { ADOPTION_TABLES } from '../../../src/features/adoption/adoption-tables.ts';
import { FrameArrivals } from '../../../src/features/adoption/frame-arrivals.ts';
import { KeyRegistration } from '../../../src/features/adoption/key-registration.ts';
import { Probes } from '../../../src/features/adoption/probes.ts';
import type { MediaStore } from '../../../src/media/media-store.ts';
import type { BackendConfig } from '../../../src/media/storage-backend-settings.ts';
import { createLogger } from '../../../src/operation/logger.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import type { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { dropTables, openTestTables } from '../../support/table-engine.ts';

/** Its storage backend is not configured any more. */
const ADOPTION: Adoption = {
  id: randomUUID(),
  storageId: randomUUID(),
  prefix: 'in',
  layout: 'frames',
  frameRate: { numerator: 24, denominator: 1 },
  tags: {},
  deleteBytes: false,
  starts: true,
  follows: true,
  principal: 'somebody',
  state: 'done',
  listedTo: undefined,
  at: undefined,
  counts: NO_COUNTS,
  error: undefined,
  createdMs: 1,
  updatedMs: 1,
};

let folder: string;
let manager: VastDBManager;
let store: VastStore;
let arrivals: FrameArrivals;

const NO_PROBES = new Probes({ get: () => undefined, default: undefined, all: () => [] }, []);

const arrivalsWith = (probes: Probes, adoptions = new AdoptionReader(manager.reader())): FrameArrivals =>
  new FrameArrivals({
    store,
    adoptions,
    keys: new AdoptionKeyReader(manager.reader()),
    probes,
    // Nothing is planned here, and so nothing registered.
    registration: new KeyRegistration(undefined as never),
    buckets: { archive: ADOPTION.storageId },
    logger: createLogger('silent'),
  });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-arrivals-'));
  manager = await openTestTables(folder, [...VAST_STORE_TABLES, ...ADOPTION_TABLES]);
  store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'));
  await store.transaction((tx) => new AdoptionRepository(tx.rows).insert(ADOPTION));
  arrivals = arrivalsWith(NO_PROBES);
});
afterEach(async () => {
  await manager.close();
  await dropTables(folder);
  await rm(folder, { recursive: true });
});

const tell = (count: number) =>
  arrivals.keep(Array.from({ length: count }, (_, index) => ({ bucket: 'archive', key: `in/a.${index}.exr` })));
const adopt = () => arrivals.adopt(ADOPTION, () => Promise.resolve());

it('refuses frames of a folder that may not be adopted any more, so that its worker does not fail for good', async () => {
  expect(await tell(2)).toBe(true);
  expect(await arrivals.due()).toHaveLength(1);
  expect(await adopt()).toBe(false);
  expect(await arrivals.due()).toEqual([]);
  const { items } = await new AdoptionKeyReader(manager.reader()).list(ADOPTION.id, undefined, { limit: 10 });
  expect(items.map(({ key, state }) => [key, state])).toEqual([
    ['in/a.0.exr', 'refused'],
    ['in/a.1.exr', 'refused'],
  ]);
  expect(items[0]?.reason).toContain('there is no storage backend');
  expect((await new AdoptionReader(manager.reader()).find(ADOPTION.id))?.counts.refused).toBe(2);
});

it('leaves many frames of an adoption that is about to be forgotten, and does not read them over and over', async () => {
  await tell(600);
  await store.transaction((tx) => new AdoptionRepository(tx.rows).save({ ...ADOPTION, state: 'removing' }));
  expect(await adopt()).toBe(false);
});

it('keeps no frames of an adoption that is forgotten while they are told of', async () => {
  class Interrupted extends AdoptionReader {
    override async following(): Promise<Adoption[]> {
      const found = await super.following();
      await store.transaction((tx) => new AdoptionRepository(tx.rows).remove(ADOPTION.id));
      return found;
    }
  }
  const meanwhile = arrivalsWith(NO_PROBES, new Interrupted(manager.reader()));
  expect(await meanwhile.keep([{ bucket: 'archive', key: 'in/a.0.exr' }])).toBe(false);
  expect((await new AdoptionKeyReader(manager.reader()).arrivals(ADOPTION.id, 1)).size).toBe(0);
});

it('begins no more reads of a store that is down', async () => {
  let reads = 0;
  const down = {
    backend: { id: ADOPTION.storageId },
    get: () => {
      reads++;
      return Promise.reject(new AppError('media_store_unavailable', 'down'));
    },
  } as unknown as MediaStore;
  const backend = { id: ADOPTION.storageId, type: 's3', adoptPrefixes: ['in'] } as unknown as BackendConfig;
  const media = { get: () => down, default: undefined, all: () => [down] };
  const failing = arrivalsWith(new Probes(media, [backend]));
  await tell(200);
  await expect(failing.adopt(ADOPTION, () => Promise.resolve())).rejects.toMatchObject({
    code: 'media_store_unavailable',
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(reads).toBeLessThan(50);
  expect((await arrivals.due()).length).toBe(1);
});
