import type { Store, StoreReader, StoreTransaction } from '../../domain/store.ts';
import type { SecretBox } from '../../shared/secret-box.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import { CollectionReader } from './collection-repository.ts';
import { DeletionRequestReader, DeletionRequestRepository } from './deletion-request-repository.ts';
import { FlowReader, FlowRepository } from './flow-repository.ts';
import { ObjectReader, ObjectRepository } from './object-repository.ts';
import { ReclaimQueueReader, ReclaimQueueRepository } from './reclaim-queue-repository.ts';
import { SegmentReader, SegmentRepository } from './segment-repository.ts';
import { ServiceInfoReader, ServiceInfoRepository } from './service-info-repository.ts';
import { SourceReader, SourceRepository } from './source-repository.ts';
import { CommittedReads } from './table-access.ts';
import { translateTableFailure } from './table-failure.ts';
import { WebhookReader, WebhookRepository } from './webhook-repository.ts';

/** TAMS entities in tables: one repository per entity over the table layer. */
export class VastStore implements Store {
  readonly flows: StoreReader['flows'];
  readonly collections: StoreReader['collections'];
  readonly sources: StoreReader['sources'];
  readonly segments: StoreReader['segments'];
  readonly objects: StoreReader['objects'];
  readonly reclaimQueue: StoreReader['reclaimQueue'];
  readonly deletionRequests: StoreReader['deletionRequests'];
  readonly webhooks: StoreReader['webhooks'];
  readonly serviceInfo: StoreReader['serviceInfo'];
  readonly #manager: VastDBManager;
  readonly #webhookSecrets: SecretBox;

  constructor(manager: VastDBManager, webhookSecrets: SecretBox) {
    this.#manager = manager;
    this.#webhookSecrets = webhookSecrets;
    const reader = new CommittedReads(manager.reader());
    this.flows = new FlowReader(reader);
    this.collections = new CollectionReader(reader);
    this.sources = new SourceReader(reader);
    this.segments = new SegmentReader(reader);
    this.objects = new ObjectReader(reader);
    this.reclaimQueue = new ReclaimQueueReader(reader);
    this.deletionRequests = new DeletionRequestReader(reader);
    this.webhooks = new WebhookReader(reader);
    this.serviceInfo = new ServiceInfoReader(reader);
  }

  async transaction<T>(
    work: (tx: StoreTransaction) => Promise<T>,
    { background = false }: { background?: boolean } = {},
  ): Promise<T> {
    try {
      return await this.#manager.transaction((tx) => work(new VastStoreTransaction(tx, this.#webhookSecrets)), {
        lane: background ? 'background' : 'interactive',
      });
    } catch (error) {
      throw translateTableFailure(error);
    }
  }
}

/** Makes the repositories that a transaction uses, and no others: most touch two or three. */
class VastStoreTransaction implements StoreTransaction {
  readonly #tx: ManagedTransaction;
  readonly #webhookSecrets: SecretBox;

  constructor(tx: ManagedTransaction, webhookSecrets: SecretBox) {
    this.#tx = tx;
    this.#webhookSecrets = webhookSecrets;
  }

  get flows(): FlowRepository {
    return new FlowRepository(this.#tx);
  }

  get collections(): CollectionReader {
    return new CollectionReader(this.#tx);
  }

  get sources(): SourceRepository {
    return new SourceRepository(this.#tx);
  }

  get segments(): SegmentRepository {
    return new SegmentRepository(this.#tx);
  }

  get objects(): ObjectRepository {
    return new ObjectRepository(this.#tx);
  }

  get reclaimQueue(): ReclaimQueueRepository {
    return new ReclaimQueueRepository(this.#tx);
  }

  get deletionRequests(): DeletionRequestRepository {
    return new DeletionRequestRepository(this.#tx);
  }

  get webhooks(): WebhookRepository {
    return new WebhookRepository(this.#tx, this.#webhookSecrets);
  }

  get serviceInfo(): ServiceInfoRepository {
    return new ServiceInfoRepository(this.#tx);
  }
}
