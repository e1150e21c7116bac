import type { Environment } from '../../config/environment.ts';
import type { MemoryBudget } from '../../config/memory-budget.ts';
import { RECEIVER_LIST } from '../../config/text-syntax.ts';

/** How webhooks are delivered. */
export interface WebhookConfig {
  /** Receivers that may be reached although they are not public: names, and addresses or CIDRs. */
  readonly allowed: { readonly hosts: readonly string[]; readonly networks: readonly string[] };
  readonly timeoutMs: number;
  readonly retryMaxS: number;
  /** Payloads of events that are kept for slower receivers. */
  readonly keptBytes: number;
}

const TEN_YEARS_S = 315_360_000;

export const readWebhooks = (env: Environment, memory: MemoryBudget): WebhookConfig => ({
  allowed: env.parsed('WEBHOOK_ALLOW_HOSTS', RECEIVER_LIST) ?? { hosts: [], networks: [] },
  timeoutMs: env.integer('WEBHOOK_TIMEOUT_MS', { default: 10_000, min: 100, max: 300_000 }),
  keptBytes: memory.events * 2 ** 20,
  retryMaxS: env.integer('WEBHOOK_RETRY_MAX_S', { default: 86_400, min: 1, max: TEN_YEARS_S }),
});
