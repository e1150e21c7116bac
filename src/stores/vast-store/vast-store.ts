import type { Store, StoreReader, StoreTransaction } from '../../domain/store.ts';
import type { SecretBox } from '../../shared/secret-box.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import { CollectionReader, CollectionRepository } from './collection-repository.ts';
import { EventLogReader, EventLogRepository } from './event-log-repository.ts';
import { LeaseReader, LeaseRepository } from './lease-repository.ts';
import { type KnownRegistrations, noRegistrationsKnown, OutboxRepository } from './outbox-repository.ts';
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
  readonly eventLog: StoreReader['eventLog'];
  readonly leases: StoreReader['leases'];
  readonly serviceInfo: StoreReader['serviceInfo'];
  readonly #manager: VastDBManager;
  readonly #shared: SharedByTransactions;
  readonly #onEvents: (() => void) | undefined;

  /** `onEvents` is called after each commit that left events in the outbox. */
  constructor(manager: VastDBManager, webhookSecrets: SecretBox, onEvents?: () => void) {
    this.#manager = manager;
    this.#shared = { webhookSecrets, registrations: noRegistrationsKnown() };
    this.#onEvents = onEvents;
    const reader = new CommittedReads(manager.reader());
    this.flows = new FlowReader(reader);
    this.collections = new CollectionReader(reader);
    this.sources = new SourceReader(reader);
    this.segments = new SegmentReader(reader);
    this.objects = new ObjectReader(reader);
    this.reclaimQueue = new ReclaimQueueReader(reader);
    this.deletionRequests = new DeletionRequestReader(reader);
    this.webhooks = new WebhookReader(reader, webhookSecrets);
    this.eventLog = new EventLogReader(reader);
    this.leases = new LeaseReader(reader);
    this.serviceInfo = new ServiceInfoReader(reader);
  }

  async transaction<T>(
    work: (tx: StoreTransaction) => Promise<T>,
    { background = false }: { background?: boolean } = {},
  ): Promise<T> {
    let latest: VastStoreTransaction | undefined;
    try {
      const result = await this.#manager.transaction(
        (tx) => {
          latest = new VastStoreTransaction(tx, this.#shared);
          return work(latest);
        },
        { lane: background ? 'background' : 'interactive' },
      );
      if (latest?.hasEvents === true) this.#onEvents?.();
      return result;
    } catch (error) {
      throw translateTableFailure(error);
    }
  }
}

interface SharedByTransactions {
  readonly webhookSecrets: SecretBox;
  readonly registrations: KnownRegistrations;
}

/** Makes the repositories that a transaction uses, and no others: most touch two or three. */
class VastStoreTransaction implements StoreTransaction {
  readonly #tx: ManagedTransaction;
  readonly #shared: SharedByTransactions;
  #outbox: OutboxRepository | undefined;

  constructor(tx: ManagedTransaction, shared: SharedByTransactions) {
    this.#tx = tx;
    this.#shared = shared;
  }

  get hasEvents(): boolean {
    return this.#outbox?.used === true;
  }

  get flows(): FlowRepository {
    return new FlowRepository(this.#tx);
  }

  get collections(): CollectionRepository {
    return new CollectionRepository(this.#tx);
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
    return new WebhookRepository(this.#tx, this.#shared.webhookSecrets);
  }

  get outbox(): OutboxRepository {
    this.#outbox ??= new OutboxRepository(this.#tx, this.#shared.registrations);
    return this.#outbox;
  }

  get eventLog(): EventLogRepository {
    return new EventLogRepository(this.#tx);
  }

  get leases(): LeaseRepository {
    return new LeaseRepository(this.#tx);
  }

  get serviceInfo(): ServiceInfoRepository {
    return new ServiceInfoRepository(this.#tx);
  }
}
