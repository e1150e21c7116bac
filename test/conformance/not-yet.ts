/** Operations of TAMS 8.2 that this server does not have as published yet; in the end there are none. */
export const NOT_YET: ReadonlySet<string> = new Set([
  'GET_storage-backends',
  'HEAD_storage-backends',
  'GET_webhooks',
  'HEAD_webhooks',
  'POST_webhooks',
  'GET_webhooks-webhookId',
  'HEAD_webhooks-webhookId',
  'PUT_webhooks',
  'DELETE_webhooks-webhookId',
]);

export const isThere = (...ids: readonly string[]): boolean => !ids.some((id) => NOT_YET.has(id));
