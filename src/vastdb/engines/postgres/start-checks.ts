import { TableError } from '../../table-error.ts';
import type { Ask } from './catalogue.ts';
import { LOCK_BUCKETS } from '../lock-keys.ts';
import { LOCK_TABLE } from './names.ts';

/** The first with statistics in memory (https://www.postgresql.org/docs/release/15.0/): each transaction reads one. */
const OLDEST = 150_000;

const FACTS = `
  SELECT current_setting('server_version_num'), current_setting('server_encoding'), pg_is_in_recovery(),
    current_setting('default_transaction_read_only')`;

/** Whether the schema is there, and whether it has been made ours. */
const PLACE = `
  SELECT count(n.oid), count(c.oid) FROM pg_namespace n
  LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = $2 AND c.relkind IN ('r', 'p') WHERE n.nspname = $1`;

/**
 * Tables that the user may not use in every way, and whether the user may use the schema at all. Tables of another owner
 * than that of the lock table are somebody else's.
 */
const FORBIDDEN = `
  SELECT c.relname, has_schema_privilege(n.oid, 'USAGE'), current_user FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT (
    has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND
    has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE') AND
    has_table_privilege(c.oid, 'DELETE')) AND
    c.relowner = (SELECT l.relowner FROM pg_class l WHERE l.relnamespace = n.oid AND l.relname = $2) ORDER BY c.relname`;

/**
 * Checks whether PostgreSQL can keep the tables.
 *
 * @returns what the schema is: missing, present, or in use by us already.
 * @throws TableError with one line that says what is missing, and what to do.
 */
export async function checkServer(ask: Ask, schema: string): Promise<'missing' | 'present' | 'ours'> {
  const [[version = '', encoding = '', recovering = '', readOnly = ''] = []] = await ask(FACTS, []);
  if (Number(version) < OLDEST) {
    throw unusable(
      `PostgreSQL ${majorOf(version)} is too old: ${majorOf(String(OLDEST))} is the oldest that can keep the tables`,
    );
  }
  if (encoding !== 'UTF8') {
    throw unusable(`The database has the encoding ${encoding ?? ''}: create one with ENCODING 'UTF8'`);
  }
  if (recovering === 't') throw unusable('DATABASE_URL leads to a standby, which takes no writes: name the primary');
  if (readOnly === 'on') throw unusable('The database is set to read only: unset default_transaction_read_only');
  const [[schemas = '0', own = '0'] = []] = await ask(PLACE, [schema, LOCK_TABLE]);
  if (own === '0') return schemas === '0' ? 'missing' : 'present';
  await checkRights(ask, schema);
  return 'ours';
}

async function checkRights(ask: Ask, schema: string): Promise<void> {
  const forbidden = await ask(FORBIDDEN, [schema, LOCK_TABLE]);
  const [[table = '', mayUseSchema = '', user = ''] = []] = forbidden;
  if (forbidden.length === 0) return;
  const others = forbidden.length === 1 ? '' : ` and ${forbidden.length - 1} more`;
  const usage = mayUseSchema === 't' ? '' : `GRANT USAGE ON SCHEMA ${schema} TO ${user ?? ''}; `;
  throw unusable(
    `The user ${user ?? ''} lacks rights on the table ${schema}.${table ?? ''}${others}: as their owner say ${usage}` +
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${user ?? ''}`,
  );
}

/** Marks a schema as ours; the rows stand for keys that transactions lock. */
export function schemaTexts(schema: string, exists: boolean): string[] {
  const table = `${schema}."${LOCK_TABLE}"`;
  return [
    // Also with IF NOT EXISTS it needs the right to create schemas, which the owner of an empty one may not have.
    ...(exists ? [] : [`CREATE SCHEMA IF NOT EXISTS ${schema}`]),
    // Updated all the time: room in each page keeps new versions of a row beside the old ones, and out of the index.
    `CREATE TABLE IF NOT EXISTS ${table} (bucket integer PRIMARY KEY, taken bigint NOT NULL) WITH (fillfactor = 50)`,
    `INSERT INTO ${table} SELECT bucket, 0 FROM generate_series(0, ${LOCK_BUCKETS - 1}) AS bucket ON CONFLICT DO NOTHING`,
  ];
}

const majorOf = (version: string | null): number => Math.floor(Number(version) / 10_000);

const unusable = (message: string): TableError => new TableError('unavailable', `${message}.`);
