import { toJson, type Json } from '../../shared/json-text.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { and, eq, eqIfGiven } from '../../vastdb/predicate/builder.ts';
import { type Access, accessCell, checkStaysVisible, checkUnreachable, scannedOf } from '../access/access.ts';
import { NEWEST_FIRST } from '../documents/listing-order.ts';
import type { TableReads } from '../table-access.ts';
import type { Profile, ProfileFilter } from './profile.ts';
import { PROFILES } from './profile-tables.ts';

export class ProfileReader {
  readonly #reader: TableReads;
  readonly #access: Access;

  constructor(reader: TableReads, access: Access) {
    this.#reader = reader;
    this.#access = access;
  }

  /** Newest first. */
  async list({ label, format, codec }: ProfileFilter, page: PageRequest): Promise<Page<Json<Profile>>> {
    // An index of each goes on with the order of creation.
    const [first, ...others] = [
      ...eqIfGiven('label', label),
      ...eqIfGiven('codec', codec),
      ...eqIfGiven('format', format),
    ];
    const { items, ...rest } = await this.#reader.list(
      {
        table: PROFILES,
        order: NEWEST_FIRST,
        columns: ['document'],
        indexed: first === undefined ? [] : [first],
        scanned: [...others, ...scannedOf(this.#access)],
      },
      page,
    );
    return { items: items.map(([, , document]) => document), ...rest };
  }

  async find(id: string): Promise<Json<Profile> | undefined> {
    const where = and([eq('id', id), this.#access.visible]);
    const { rows } = await this.#reader.select({ table: PROFILES, columns: ['document'], where });
    if (rows[0] !== undefined) return rows[0][0];
    return checkUnreachable(this.#access, `profile ${id}`, async (within) => {
      const reached = and([eq('id', id), within]);
      return (await this.#reader.select({ table: PROFILES, columns: ['id'], where: reached })).rows.length > 0;
    });
  }
}

export class ProfileRepository extends ProfileReader {
  readonly #tx: ManagedTransaction;
  readonly #access: Access;

  constructor(tx: ManagedTransaction, access: Access) {
    super(tx, access);
    this.#tx = tx;
    this.#access = access;
  }

  /** A profile whose id is free: nobody else takes it before this transaction ends. */
  async insert(profile: Profile): Promise<void> {
    checkStaysVisible(this.#access, profile.tags);
    await this.#tx.lock([`profile:${profile.id}`]);
    const { format, codec } = profile.flow_metadata;
    await this.#tx.insert(PROFILES, [
      {
        id: profile.id,
        format,
        codec,
        label: profile.label,
        created_ns: BigInt(Date.parse(profile.created)) * 1_000_000n,
        auth_classes: accessCell(profile.tags),
        document: toJson(profile),
      },
    ]);
  }
}
