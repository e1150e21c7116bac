import { TableError } from '../../table-error.ts';
import { supports, type VastClient, type VastVersion } from './client/vast-client.ts';
import { readOnce, type Rollbacks } from './transactions/rollbacks.ts';
import { VastError } from './transport/vast-error.ts';

export interface Place {
  readonly endpoints: readonly string[];
  readonly bucket: string;
  readonly schema: string;
}

/**
 * Checks whether the cluster can keep the tables.
 *
 * @returns its version.
 * @throws TableError with one line that says what is missing, and what to do.
 */
export async function checkCluster(
  client: VastClient,
  rollbacks: Rollbacks,
  { endpoints, bucket, schema }: Place,
): Promise<VastVersion> {
  try {
    const version = await client.version();
    if (!supports(version, 'rowIds')) {
      throw unusable(
        `The cluster has version ${version.join('.')}; 5.1 is the oldest that can keep the tables: upgrade it`,
      );
    }
    const hasBucket = await client.bucketExists();
    if (hasBucket === undefined) throw refused();
    if (!hasBucket) throw unusable(`There is no bucket ${bucket} on the cluster: create it there, for the database`);
    const hasSchema = await readOnce(client, rollbacks, (id) => client.schemaExists(id, schema));
    if (!hasSchema) throw unusable(`There is no schema ${schema} in bucket ${bucket}: create it on the cluster`);
    return version;
  } catch (error) {
    if (!(error instanceof TableError) || error instanceof StartError) throw error;
    if (error instanceof VastError && error.status === 403) throw refused(error);
    if (error.kind !== 'unavailable') throw error;
    throw unreachable(endpoints.join(', '), error);
  }
}

/** A problem that an operator must fix before the server can start. */
class StartError extends TableError {}

const unusable = (message: string, cause?: unknown): TableError => new StartError('unavailable', `${message}.`, cause);

/** TLS error codes of a certificate with an unknown authority. */
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function unreachable(endpoints: string, error: TableError): TableError {
  const reason = reasonOf(error.cause);
  if (reason !== undefined && UNKNOWN_AUTHORITY.has(reason)) {
    return unusable(
      `The certificate of the cluster at ${endpoints} is of an authority that is not known here (${reason}): name the file of that authority in NODE_EXTRA_CA_CERTS`,
      error,
    );
  }
  const because = reason === undefined ? '' : `${reason}; `;
  return unusable(
    `The cluster does not answer at ${endpoints}: ${because}check the addresses, and that they can be reached from here`,
    error,
  );
}

/** Such as `ECONNREFUSED`; a wait that ended says how long it was. */
function reasonOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

const refused = (cause?: unknown): TableError =>
  unusable(
    'The cluster refuses the access key or the secret key: check both, the policy of their user, and the clock of this machine',
    cause,
  );
