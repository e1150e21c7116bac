import type { DeadLetter, DeadLetterInput } from '../rules/job.ts';
import { uuidV7 } from '../../../shared/uuid.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { eq } from '../../../vastdb/predicate/builder.ts';
import { DEAD_LETTERS, type DeadLetterRow } from '../search-job-tables.ts';

export async function insertDeadLetter(
  tx: ManagedTransaction,
  input: DeadLetterInput,
  nowMs: number,
): Promise<DeadLetter> {
  const letter: DeadLetter = { ...input, id: uuidV7(nowMs), createdMs: nowMs };
  await tx.insert(DEAD_LETTERS, [
    {
      id: letter.id,
      job_id: letter.jobId,
      asset_id: letter.assetId,
      version_id: letter.versionId,
      error_code: letter.errorCode,
      message: letter.message,
      retryable: letter.retryable,
      attempt: letter.attempt,
      job_data: letter.jobData,
      logs: letter.logs,
      created_ms: BigInt(nowMs),
    },
  ]);
  return letter;
}

export async function deleteDeadLetter(tx: ManagedTransaction, id: string): Promise<boolean> {
  return (await tx.delete(DEAD_LETTERS, eq('id', id))) > 0;
}

export function toDeadLetter(row: DeadLetterRow): DeadLetter {
  return {
    id: row.id,
    jobId: row.job_id,
    assetId: row.asset_id,
    versionId: row.version_id,
    errorCode: row.error_code,
    message: row.message,
    retryable: row.retryable,
    attempt: row.attempt,
    jobData: row.job_data,
    logs: row.logs,
    createdMs: Number(row.created_ms),
  };
}
