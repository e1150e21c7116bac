import type { Store, StoreReader, StoreTransaction } from './store.ts';
import type { SecretBox } from '../shared/secret-box.ts';
import type { ManagedTransaction } from '../vastdb/managed-transaction.ts';
import type { VastDBManager } from '../vastdb/vast-db-manager.ts';
import { type Access, accessOf, FULL_ACCESS } from './access/access.ts';
import type { Limits } from './access/rights.ts';
import { CollectionReader, CollectionRepository } from './flows/collection-repository.ts';
import { EventLogReader, EventLogRepository } from './webhooks/event-log-repository.ts';
import { LeaseReader, LeaseRepository } from './leases/lease-repository.ts';
import { type KnownRegistrations, noRegistrationsKnown, OutboxRepository } from './webhooks/outbox-repository.ts';
import { DeletionRequestReader, DeletionRequestRepository } from './deletion/deletion-request-repository.ts';
import { FlowReader, FlowRepository } from './flows/flow-repository.ts';
import { InstanceJobReader, InstanceJobRepository } from './objects/instance-job-repository.ts';
import { ObjectReader, ObjectRepository } from './objects/object-repository.ts';
import { PlaceRepository } from './objects/place-repository.ts';
import { ReclaimQueueReader, ReclaimQueueRepository } from './objects/reclaim-queue-repository.ts';
import { ProfileReader, ProfileRepository } from './profiles/profile-repository.ts';
import { SegmentReader, SegmentRepository } from './segments/segment-repository.ts';
import { ServiceInfoReader, ServiceInfoRepository } from './service/service-info-repository.ts';
import { SourceReader, SourceRepository } from './sources/source-repository.ts';
import { CommittedReads } from './table-access.ts';
import { translateTableFailure } from './table-failure.ts';
import { Subscribers } from './subscribers.ts';
import { WebhookReader } from './webhooks/webhook-reader.ts';
import { WebhookRepository } from './webhooks/webhook-repository.ts';

/** TAMS entities in tables: one repository per entity over the table layer. */
export class VastStore implements Store {
  readonly flows: StoreReader['flows'];
  readonly collections: StoreReader['collections'];
  readonly sources: StoreReader['sources'];
  readonly profiles: StoreReader['profiles'];
  readonly segments: StoreReader['segments'];
  readonly objects: StoreReader['objects'];
  readonly reclaimQueue: StoreReader['reclaimQueue'];
  readonly instanceJobs: StoreReader['instanceJobs'];
  readonly deletionRequests: StoreReader['deletionRequests'];
  readonly webhooks: StoreReader['webhooks'];
  readonly eventLog: StoreReader['eventLog'];
  readonly leases: StoreReader['leases'];
  readonly serviceInfo: StoreReader['serviceInfo'];
  readonly #manager: VastDBManager;
  readonly #access: Access;
  readonly #shared: SharedByTransactions;
  readonly #onEvents: (() => void) | undefined;

  /** `onEvents` is called after each commit that left events in the outbox. `view` is for `limitedTo` alone. */
  constructor(manager: VastDBManager, webhookSecrets: SecretBox, onEvents?: () => void, view?: View) {
    const { access, shared } = view ?? {
      access: FULL_ACCESS,
      shared: { webhookSecrets, registrations: noRegistrationsKnown(), subscribers: new Subscribers() },
    };
    this.#manager = manager;
    this.#access = access;
    this.#shared = shared;
    this.#onEvents = onEvents;
    const reader = new CommittedReads(manager.reader());
    this.flows = new FlowReader(reader, access);
    this.collections = new CollectionReader(reader);
    this.sources = new SourceReader(reader, access);
    this.profiles = new ProfileReader(reader, access);
    this.segments = new SegmentReader(reader, access);
    this.objects = new ObjectReader(reader, access);
    this.reclaimQueue = new ReclaimQueueReader(reader);
    this.instanceJobs = new InstanceJobReader(reader);
    this.deletionRequests = new DeletionRequestReader(reader, access);
    this.webhooks = new WebhookReader(reader, webhookSecrets);
    this.eventLog = new EventLogReader(reader);
    this.leases = new LeaseReader(reader);
    this.serviceInfo = new ServiceInfoReader(reader);
  }

  get subscribers(): Subscribers {
    return this.#shared.subscribers;
  }

  limitedTo(limits: Limits): VastStore {
    const view = { access: accessOf(limits), shared: this.#shared };
    return new VastStore(this.#manager, this.#shared.webhookSecrets, this.#onEvents, view);
  }

  dataVersion(): number | undefined {
    return this.#access.classes === undefined ? this.#manager.reader().dataVersion() : undefined;
  }

  async transaction<T>(
    work: (tx: StoreTransaction) => Promise<T>,
    { background = false }: { background?: boolean } = {},
  ): Promise<T> {
    let latest: VastStoreTransaction | undefined;
    try {
      const result = await this.#manager.transaction(
        (tx) => {
          latest = new VastStoreTransaction(tx, this.#shared, FULL_ACCESS);
          return work(latest.limitedTo(this.#access));
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

interface View {
  readonly access: Access;
  readonly shared: SharedByTransactions;
}

interface SharedByTransactions {
  readonly webhookSecrets: SecretBox;
  readonly registrations: KnownRegistrations;
  readonly subscribers: Subscribers;
}

/** Makes the repositories that a transaction uses, and no others: most touch two or three. */
class VastStoreTransaction implements StoreTransaction {
  readonly #tx: ManagedTransaction;
  readonly #shared: SharedByTransactions;
  readonly #access: Access;
  readonly #unlimited: VastStoreTransaction;
  #outbox: OutboxRepository | undefined;

  constructor(tx: ManagedTransaction, shared: SharedByTransactions, access: Access, unlimited?: VastStoreTransaction) {
    this.#tx = tx;
    this.#shared = shared;
    this.#access = access;
    this.#unlimited = unlimited ?? this;
  }

  limitedTo(access: Access): VastStoreTransaction {
    if (access.classes === undefined) return this;
    return new VastStoreTransaction(this.#tx, this.#shared, access, this);
  }

  get unlimited(): VastStoreTransaction {
    return this.#unlimited;
  }

  withRight(right: Limits['right']): VastStoreTransaction {
    const { limits } = this.#access;
    return limits === undefined ? this : this.#unlimited.limitedTo(accessOf({ ...limits, right }));
  }

  get rows(): ManagedTransaction {
    return this.#tx;
  }

  get subscribers(): Subscribers {
    return this.#shared.subscribers;
  }

  get classes(): readonly string[] | undefined {
    return this.#access.classes;
  }

  get hasEvents(): boolean {
    return this.#outbox?.used === true;
  }

  get flows(): FlowRepository {
    return new FlowRepository(this.#tx, this.#access);
  }

  get collections(): CollectionRepository {
    return new CollectionRepository(this.#tx);
  }

  get sources(): SourceRepository {
    return new SourceRepository(this.#tx, this.#access);
  }

  get profiles(): ProfileRepository {
    return new ProfileRepository(this.#tx, this.#access);
  }

  get segments(): SegmentRepository {
    return new SegmentRepository(this.#tx, this.#access);
  }

  get objects(): ObjectRepository {
    return new ObjectRepository(this.#tx, this.#access);
  }

  get reclaimQueue(): ReclaimQueueRepository {
    return new ReclaimQueueRepository(this.#tx);
  }

  get places(): PlaceRepository {
    return new PlaceRepository(this.#tx, this.#shared.subscribers);
  }

  get instanceJobs(): InstanceJobRepository {
    return new InstanceJobRepository(this.#tx);
  }

  get deletionRequests(): DeletionRequestRepository {
    return new DeletionRequestRepository(this.#tx, this.#access);
  }

  get webhooks(): WebhookRepository {
    return new WebhookRepository(this.#tx, this.#shared.webhookSecrets);
  }

  get outbox(): OutboxRepository {
    if (this.#unlimited !== this) return this.#unlimited.outbox;
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
