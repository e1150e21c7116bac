import { TableError } from '../../table-error.ts';
import type { Ask } from './catalogue.ts';
import { ConnectionLost } from './postgres-error.ts';

/** Which files the server works on: a standby has the same number as its primary. */
const SYSTEM = '(SELECT system_identifier FROM pg_control_system())';
/** A promotion begins another; only a server that takes writes can say it. */
const TIMELINE = 'substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)';

/** SQL for the server and its timeline: on another one the numbers of transactions mean others. */
const SERVER = `${SYSTEM}::text || '/' || ${TIMELINE}`;
/** On a server that has no such functions, as those on shared storage may: nothing of theirs is lost in a failover. */
const NO_SERVER = `''::text`;

/**
 * SQL for the time of the server's last crash, or of its first start: recovery discards the statistics. A crash takes back
 * the numbers of transactions that left no trace on the disk, and gives them to others.
 */
export const LAST_CRASH = '(SELECT extract(epoch FROM stats_reset) FROM pg_stat_bgwriter)::text';

/** The SQL by which transactions note the server that they run on. */
export async function serverExpression(ask: Ask): Promise<string> {
  try {
    await ask(`SELECT ${SERVER}`, []);
    return SERVER;
  } catch (error) {
    if (error instanceof ConnectionLost) throw error;
    return NO_SERVER;
  }
}

/**
 * Checks that the server of DATABASE_REPLICA_URL has the same tables.
 *
 * @throws TableError with one line that says what to do.
 */
export async function checkReplica(primary: Ask, replica: Ask, server: string): Promise<void> {
  const [[database] = []] = await primary('SELECT current_database()', []);
  const [[replicated, recovering] = []] = await replica('SELECT current_database(), pg_is_in_recovery()', []);
  if (replicated !== database) throw wrong(`has the database ${replicated ?? ''}, DATABASE_URL has ${database ?? ''}`);
  if (server === NO_SERVER) return;
  // A standby cannot tell its timeline.
  const text = `SELECT ${recovering === 't' ? SYSTEM : server}`;
  const [own, other] = await Promise.all([primary(text, []), replica(text, [])]);
  if (own[0]?.[0] !== other[0]?.[0]) throw wrong('is no standby of the server of DATABASE_URL');
}

const wrong = (what: string): TableError =>
  new TableError('unavailable', `The server of DATABASE_REPLICA_URL ${what}: name a standby of it, or unset it.`);
