import { startPostgres } from './postgres-server.ts';

/** Starts one PostgreSQL for all tests of a run, with a database for each data directory; it is removed after them. */
export default async function start(): Promise<() => Promise<void>> {
  const server = await startPostgres();
  process.env['TEST_POSTGRES_URL'] = server.urlOf('postgresql:///postgres');
  return () => server.dispose();
}
