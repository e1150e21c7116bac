import type { Predicate } from '../../src/vastdb/predicate/predicate.ts';
import { isIn } from '../../src/vastdb/predicate/builder.ts';
import type { ManagedReader } from '../../src/vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../src/vastdb/managed-transaction.ts';
import type { OwnedRows } from '../../src/features/management.ts';
import type { Check, Found, VerifyContext } from './finding.ts';

/** Keys that are looked at together. */
const BATCH_KEYS = 1000;
/** Keys that are remembered as looked at: a key of very many rows would be looked at with each batch of them. */
const REMEMBERED_KEYS = 10_000;

/** A check that looks at the values of one column, some at a time. */
export interface RowCheck {
  readonly name: string;
  readonly description: string;
  readonly table: string;
  readonly column: string;
  readonly where?: Predicate;
  /** The subject of the findings, before the key. */
  readonly subject: string;
  /** The problems by key. Called twice: on committed rows, and in a transaction. */
  readonly look: (reader: ManagedReader, keys: readonly string[]) => Promise<Map<string, string>>;
  readonly repair?: {
    readonly does: string;
    /** For keys that `look` has just found something wrong with, in the same transaction. */
    readonly mend: (tx: ManagedTransaction, keys: readonly string[]) => Promise<void>;
  };
}

export type Part = Omit<RowCheck, 'name' | 'description'>;

/** Runs the parts one after the other, as one check. */
export function checkRows(name: string, description: string, ...parts: readonly Part[]): Check {
  return {
    name,
    description,
    async *find(context) {
      for (const part of parts) yield* findRows({ ...part, name, description }, context);
    },
  };
}

async function* findRows(check: RowCheck, { manager, progress }: VerifyContext): AsyncGenerator<Found> {
  const { table, column, where } = check;
  // Tables of media search and of EXR may not be there.
  if (!manager.listTables().includes(table)) return;
  progress.start(`${check.name}: ${table}`, (await manager.stats(table)).rows);
  const reader = manager.reader('background');
  const lookedAt = new Set<string>();
  for await (const batch of reader.scan({ table, columns: [column], where, batchRows: BATCH_KEYS })) {
    const keys = [...new Set(batch.columns[0] as readonly string[]).difference(lookedAt)];
    if (lookedAt.size > REMEMBERED_KEYS) lookedAt.clear();
    for (const key of keys) lookedAt.add(key);
    const suspects = keys.length === 0 ? [] : [...(await check.look(reader, keys)).keys()];
    if (suspects.length > 0) yield* confirmed(check, manager, suspects);
    progress.advance(batch.rowCount);
  }
}

/** A suspicion may have been a change in progress: a transaction sees none. */
async function* confirmed(
  { look, repair, subject }: RowCheck,
  manager: VerifyContext['manager'],
  suspects: readonly string[],
): AsyncGenerator<Found> {
  const inBackground = { lane: 'background' } as const;
  const problems = await manager.transaction((tx) => look(tx, suspects), inBackground);
  for (const [key, problem] of problems) {
    const found = { subject: `${subject} ${key}`, problem };
    if (repair === undefined) {
      yield { ...found, repair: undefined };
      continue;
    }
    const mend = (): Promise<void> =>
      manager.transaction(async (tx) => {
        const still = [...(await look(tx, [key])).keys()];
        if (still.length > 0) await repair.mend(tx, still);
      }, inBackground);
    yield { ...found, repair: repair.does, mend };
  }
}

/** Those of the keys that a column of a table has. */
export async function presentIn(
  reader: ManagedReader,
  table: string,
  column: string,
  keys: readonly string[],
): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const { rows } = await reader.select({ table, columns: [column], where: isIn(column, keys), distinct: true });
  return new Set(rows.map((row) => row[0] as string));
}

/** A part of a check: rows that name, in a column, a row of another table that is not there. */
export const withoutOwner = ({
  table,
  column,
  where,
  subject,
  owners,
  ownerColumn = 'id',
  problem,
  deleting,
  remove = async (tx, keys) => {
    await tx.delete(table, isIn(column, keys));
  },
}: OwnedRows): Part => ({
  table,
  column,
  ...(where && { where }),
  subject,
  look: async (reader, keys) => {
    const problems = missingFrom(await presentIn(reader, owners, ownerColumn, keys), keys, problem);
    // Not those whose rows went meanwhile.
    const still = await presentIn(reader, table, column, [...problems.keys()]);
    return new Map([...problems].filter(([key]) => still.has(key)));
  },
  ...(deleting !== undefined && {
    repair: {
      does: deleting,
      mend: remove,
    },
  }),
});

/** The keys that are not in the set, each with the same problem. */
export const missingFrom = (
  present: ReadonlySet<string>,
  keys: readonly string[],
  problem: string,
): Map<string, string> => new Map(keys.filter((key) => !present.has(key)).map((key) => [key, problem]));
