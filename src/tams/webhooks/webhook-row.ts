import { fromJson, toJson } from '../../shared/json-text.ts';
import { uuidOf } from '../../shared/uuid.ts';
import type { CellsOf, RowOf } from '../../vastdb/schema/define-table.ts';
import { type Backfill, backfill } from '../column-backfill.ts';
import type { KeptWebhook, PublicWebhook, ShownWebhook, WebhookFailure, WebhookProgress } from './webhook.ts';
import { WEBHOOKS } from './webhook-tables.ts';

export type WebhookRow = RowOf<typeof WEBHOOKS>;

export const PROGRESS_COLUMNS = ['position', 'done', 'troubled_since_ms', 'failure', 'attempts'] as const;

export const KEPT_COLUMNS = [
  'identity',
  'id',
  'revision',
  'sealed_api_key',
  'document',
  'owner',
  'classes',
  'form',
  'disabled',
  ...PROGRESS_COLUMNS,
] as const;

type ProgressCells = CellsOf<WebhookRow, typeof PROGRESS_COLUMNS>;

/** The id of a registration that is older than ids: always the same. */
export const idOf = (identity: string): string => uuidOf(`tams webhook ${identity}`);

/** Registrations are found by these columns, which those of earlier versions lack. */
export const WEBHOOK_BACKFILLS: readonly Backfill[] = [
  backfill(WEBHOOKS, {
    columns: ['id', 'url'],
    from: ['identity', 'document'],
    cellsOf: ([identity, document]) => [idOf(identity), fromJson(document).url],
  }),
];

/** @param openKey opens a sealed key */
export function toKept(
  [identity, id, revision, sealed, document, owner, classes, form, disabled, ...progress]: CellsOf<
    WebhookRow,
    typeof KEPT_COLUMNS
  >,
  openKey: (sealed: string) => string,
): KeptWebhook {
  const webhook = fromJson(document);
  const { api_key_name: name } = webhook;
  return {
    id: id ?? idOf(identity),
    identity,
    revision: revision ?? '',
    webhook,
    owner: owner ?? undefined,
    classes: classes === null ? undefined : fromJson(classes),
    form: form ?? undefined,
    isDisabled: disabled === true,
    ...toProgress(progress),
    apiKeyHeader: () => (name === undefined || sealed === null ? undefined : { name, value: openKey(sealed) }),
  };
}

function toProgress([position, done, troubledSinceMs, failure, attempts]: ProgressCells): WebhookProgress {
  return {
    position: Number(position ?? 0n),
    done: done === null ? [] : fromJson(done),
    ...(troubledSinceMs === null ? {} : { troubledSinceMs: Number(troubledSinceMs) }),
    ...(failure === null ? {} : { failure: fromJson(failure) }),
    ...(attempts === null ? {} : { attempts }),
  };
}

export const progressCells = ({
  position,
  done,
  troubledSinceMs,
  failure,
  attempts,
}: WebhookProgress): ProgressCells => [
  BigInt(position),
  done.length === 0 ? null : toJson(done),
  troubledSinceMs === undefined ? null : BigInt(troubledSinceMs),
  failure === undefined ? null : toJson(failure),
  attempts ?? null,
];

/** A registration as everybody may see it. */
export function shownWebhook(
  id: string,
  webhook: PublicWebhook,
  { isDisabled, failure }: { readonly isDisabled: boolean; readonly failure?: WebhookFailure | undefined },
): ShownWebhook {
  if (isDisabled) return { id, ...webhook, status: 'disabled' };
  return failure === undefined
    ? { id, ...webhook, status: 'started' }
    : { id, ...webhook, status: 'error', error: failure };
}
