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
import { Subscribers } from './subscribers.ts';
import { WebhookReader } from './webhooks/webhook-reader.ts';
import { WebhookRepository } from './webhooks/webhook-repository.ts';

/** TAMS entities in tables: one repository per entity over the table layer. */
export class VastStore {
  readonly flows: FlowReader;
  readonly collections: CollectionReader;
  readonly sources: SourceReader;
  readonly profiles: ProfileReader;
  readonly segments: SegmentReader;
  readonly objects: ObjectReader;
  readonly reclaimQueue: ReclaimQueueReader;
  readonly instanceJobs: InstanceJobReader;
  readonly deletionRequests: DeletionRequestReader;
  readonly webhooks: WebhookReader;
  readonly eventLog: EventLogReader;
  readonly leases: LeaseReader;
  readonly serviceInfo: ServiceInfoReader;
  /** Whether one transaction may do the work of several requests. */
  readonly isShareable: boolean;
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
    const reader = manager.reader();
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
    this.isShareable = manager.isShareable;
  }

  /** Features add themselves before the first request. */
  get subscribers(): Subscribers {
    return this.#shared.subscribers;
  }

  /**
   * A view with only those flows and sources that their tag `auth_classes` gives a right on, and with what belongs to those
   * (docs/adr/0015-access-by-tags.md). It throws `insufficient_rights` for one that another right is given on, and its
   * transactions `outside_own_classes` where a flow or source would leave the view.
   */
  limitedTo(limits: Limits): VastStore {
    const view = { access: accessOf(limits), shared: this.#shared };
    return new VastStore(this.#manager, this.#shared.webhookSecrets, this.#onEvents, view);
  }

  /**
   * A number of the state that reads see now: while it is the same, no process has committed anything. Undefined where the
   * tables cannot tell without being asked, and in a limited view, which looks each time whether it has what was kept.
   */
  dataVersion(): number | undefined {
    return this.#access.classes === undefined ? this.#manager.reader().dataVersion() : undefined;
  }

  /**
   * All of `work` or nothing of it; durable when the promise resolves. `work` may run more than
   * once, so it changes nothing but the store, and awaits nothing else. `background` is for work
   * on many rows, which must not hold up requests.
   */
  async transaction<T>(
    work: (tx: StoreTransaction) => Promise<T>,
    { background = false }: { background?: boolean } = {},
  ): Promise<T> {
    let latest: StoreTransaction | undefined;
    const result = await this.#manager.transaction(
      (tx) => {
        latest = new StoreTransaction(tx, this.#shared, FULL_ACCESS);
        return work(latest.limitedTo(this.#access));
      },
      { lane: background ? 'background' : 'interactive' },
    );
    if (latest?.hasEvents === true) this.#onEvents?.();
    return result;
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
export class StoreTransaction {
  readonly #tx: ManagedTransaction;
  readonly #shared: SharedByTransactions;
  readonly #access: Access;
  readonly #unlimited: StoreTransaction;
  #outbox: OutboxRepository | undefined;

  constructor(tx: ManagedTransaction, shared: SharedByTransactions, access: Access, unlimited?: StoreTransaction) {
    this.#tx = tx;
    this.#shared = shared;
    this.#access = access;
    this.#unlimited = unlimited ?? this;
  }

  limitedTo(access: Access): StoreTransaction {
    if (access.classes === undefined) return this;
    return new StoreTransaction(this.#tx, this.#shared, access, this);
  }

  /** The same transaction without the limits of its view, for what must be right whoever asks. */
  get unlimited(): StoreTransaction {
    return this.#unlimited;
  }

  /** The same transaction with what the principal has another right on, or any. */
  withRight(right: Limits['right']): StoreTransaction {
    const { limits } = this.#access;
    return limits === undefined ? this : this.#unlimited.limitedTo(accessOf({ ...limits, right }));
  }

  /** The same transaction over any table, for what features keep beside TAMS. */
  get rows(): ManagedTransaction {
    return this.#tx;
  }

  get subscribers(): Subscribers {
    return this.#shared.subscribers;
  }

  /** Those that limit this transaction; undefined: nothing does. */
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
