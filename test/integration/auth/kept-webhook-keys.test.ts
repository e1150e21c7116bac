import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { AddressGuard } from '../../../src/shared/address-guard.ts';
import { toPrincipal } from '../../../src/shared/principal.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import type { Webhook } from '../../../src/tams/webhooks/webhook.ts';
import { WebhookService } from '../../../src/tams/webhooks/webhook-service.ts';
import { TEST_LIMITS } from '../../support/document-limits.ts';
import { dropTables, openTestTables } from '../../support/table-engine.ts';

it('the key of a webhook that is known by it, sealed with another SECRET_KEY, has to be given again by who takes it over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tams-kept-keys-'));
  const manager = await openTestTables(folder, VAST_STORE_TABLES);
  onTestFinished(async () => {
    await manager.close();
    await dropTables(folder);
    await rm(folder, { recursive: true });
  });
  const webhook: Webhook = {
    url: 'https://receiver.example/',
    events: ['flows/created'],
    api_key_name: 'x-key',
    tags: { auth_classes: 'news' },
  };
  const before = new VastStore(manager, new SecretBox('before', 'webhooks'));
  const { id } = await before.transaction((tx) =>
    tx.webhooks.save({ ...webhook, api_key_value: 'hush' }, { owner: 'a writer', classes: undefined }),
  );
  const after = new VastStore(manager, new SecretBox('after', 'webhooks'));
  const guard = new AddressGuard({ hosts: [], networks: [] });
  const service = new WebhookService(after, guard, TEST_LIMITS, () => undefined);
  const another = toPrincipal({ name: 'another', scopes: ['read', 'write', 'delete'], classes: ['news'] });
  const refused = { code: 'invalid_webhook', field: 'api_key_value' };
  await expect(service.replace(id, webhook, false, another)).rejects.toMatchObject(refused);
  await service.replace(id, { ...webhook, api_key_value: 'again' }, false, another);
  // Its own now, and readable.
  expect(await service.replace(id, webhook, true, another)).toMatchObject({ status: 'disabled' });
});
