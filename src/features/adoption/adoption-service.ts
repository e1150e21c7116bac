import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { requireTool } from '../../media/probing/run-tool.ts';
import { AppError } from '../../shared/errors.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import { checkDocument, type DocumentLimits } from '../../tams/documents/document-limits.ts';
import type { Tags } from '../../tams/documents/tags.ts';
import { reduced } from '../../tams/essence/image-essence.ts';
import type { Rational } from '../../tams/flows/flow.ts';
import { type Adoption, type AdoptionKey, type KeyState, type Layout, NO_COUNTS } from './adoption.ts';
import type { AdoptionKeyReader } from './adoption-key-repository.ts';
import { type AdoptionReader, AdoptionRepository } from './adoption-repository.ts';
import { type Probes, refusal } from './probes.ts';
import type { VastStore } from '../../tams/vast-store.ts';

export interface AdoptionRequest {
  readonly storage_id: string;
  readonly prefix: string;
  readonly layout: Layout;
  readonly frame_rate?: Rational;
  readonly tags?: Tags;
  readonly delete_bytes?: boolean;
  readonly follow?: boolean;
  readonly start?: boolean;
}

/** Adoptions that are not done and not planned, at a time. */
const UNDER_WAY_MAX = 100;
/** They are read for each notification of a frame. */
const FOLLOWING_MAX = 100;

interface ServiceParts {
  readonly store: VastStore;
  readonly adoptions: AdoptionReader;
  readonly keys: AdoptionKeyReader;
  /** For reads that look at every object. */
  readonly scans: AdoptionKeyReader;
  readonly probes: Probes;
  readonly limits: DocumentLimits;
  readonly onWork: () => void;
}

/** Makes objects of keys that lie in storage backends already (docs/adr/0037-adoption.md). */
export class AdoptionService {
  readonly #parts: ServiceParts;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** @throws AppError `adoption_refused`, `unknown_storage_backend`, `too_many_items`, `document_too_large` */
  async create(request: AdoptionRequest, principal: string): Promise<Adoption> {
    const { storage_id: storageId, layout, frame_rate: rate, tags = {} } = request;
    const prefix = request.prefix.replace(/\/$/, '');
    const deleteBytes = request.delete_bytes ?? false;
    this.#parts.probes.mustAllow({ storageId, prefix, tags, deleteBytes });
    await this.#mustNotProtect({ storageId, prefix, deleteBytes });
    if ((layout === 'frames') !== (rate !== undefined)) {
      throw refusal('frame_rate', layout === 'frames' ? 'frames need one, such as 24/1' : 'it is for frames alone');
    }
    const follows = request.follow ?? false;
    if (follows && layout !== 'frames')
      throw refusal('follow', 'only frames are followed: their names say where they lie');
    checkDocument('adoption', { tags }, this.#parts.limits);
    if (layout !== 'frames') await mustProbe();
    const nowMs = Date.now();
    const adoption: Adoption = {
      id: randomUUID(),
      storageId,
      prefix,
      layout,
      frameRate: rate && reduced(rate.numerator, rate.denominator ?? 1),
      tags,
      deleteBytes,
      starts: request.start ?? false,
      follows,
      principal,
      state: 'listing',
      listedTo: undefined,
      at: undefined,
      counts: NO_COUNTS,
      error: undefined,
      createdMs: nowMs,
      updatedMs: nowMs,
    };
    await this.#parts.store.transaction(async (tx) => {
      const repository = new AdoptionRepository(tx.rows);
      const underWay = await repository.inStates(['listing', 'probing', 'adopting']);
      if (underWay.length >= UNDER_WAY_MAX) {
        throw refusal('prefix', `${underWay.length} adoptions are under way, and that is the most; try again later`);
      }
      if (follows && (await repository.following()).length >= FOLLOWING_MAX) {
        throw refusal('follow', `${FOLLOWING_MAX} adoptions follow their folders, and that is the most; forget one`);
      }
      await repository.insert(adoption);
    });
    this.#parts.onWork();
    return adoption;
  }

  list(page: PageRequest): Promise<Page<Adoption>> {
    return this.#parts.adoptions.list(page);
  }

  async get(id: string): Promise<Adoption> {
    const adoption = await this.#parts.adoptions.find(id);
    if (adoption === undefined || adoption.state === 'removing') throw noAdoption(id);
    return adoption;
  }

  async keys(id: string, state: KeyState | undefined, page: PageRequest): Promise<Page<AdoptionKey>> {
    await this.get(id);
    return this.#parts.keys.list(id, state, page);
  }

  /** Has a planned one go on. One that goes on, or is done, stays as it is. */
  async start(id: string): Promise<Adoption> {
    await this.#mustNotProtect(await this.get(id));
    return this.#change(id, (adoption) => {
      if (adoption.state !== 'done') this.#parts.probes.mustAllow(adoption);
      if (adoption.state === 'planned') return { ...adoption, state: 'adopting' };
      if (adoption.state === 'failed') throw new AppError('adoption_refused', `adoption ${id} failed; make another`);
      return { ...adoption, starts: true };
    });
  }

  /** Stops it, and forgets its plan and its report. What was adopted stays. */
  async remove(id: string): Promise<void> {
    await this.#change(id, (adoption) => ({ ...adoption, state: 'removing' }));
  }

  /** An imported object may have the bytes of any key, and is not found by the key: nothing may delete them. */
  async #mustNotProtect(adoption: Pick<Adoption, 'storageId' | 'prefix' | 'deleteBytes'>): Promise<void> {
    const { storageId, prefix, deleteBytes } = adoption;
    const found = deleteBytes ? await this.#parts.scans.protectedBelow(storageId, prefix) : undefined;
    if (found === undefined) return;
    const problem = `object ${found} has bytes below this prefix that are not to be deleted`;
    throw refusal('delete_bytes', `${problem}; leave it out, or name a narrower prefix`);
  }

  async #change(id: string, change: (adoption: Adoption) => Adoption): Promise<Adoption> {
    const changed = await this.#parts.store.transaction(async (tx) => {
      const repository = new AdoptionRepository(tx.rows);
      const adoption = await repository.find(id);
      if (adoption === undefined || adoption.state === 'removing') throw noAdoption(id);
      const now = change(adoption);
      if (!isDeepStrictEqual(now, adoption)) await repository.save(now);
      return now;
    });
    this.#parts.onWork();
    return changed;
  }
}

const noAdoption = (id: string): AppError => new AppError('not_found', `there is no adoption ${id}`);

async function mustProbe(): Promise<void> {
  try {
    await requireTool('ffprobe');
  } catch (error) {
    throw refusal('layout', error instanceof Error ? error.message : String(error));
  }
}
