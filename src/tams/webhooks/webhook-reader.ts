import { fromJson } from '../../shared/json-text.ts';
import type { CursorPosition, Page, PageRequest } from '../../shared/paging.ts';
import type { SecretBox } from '../../shared/secret-box.ts';
import { and, contains, eq, everyRow, isNotNull, or } from '../../vastdb/predicate/builder.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import { afterCursor, toPage } from '../documents/listing-order.ts';
import { hasTags } from '../documents/tags.ts';
import { NO_TAGS } from '../documents/tag-filter.ts';
import type { TableReads } from '../table-access.ts';
import type { KeptWebhook, Registration, ShownWebhook, WebhookQuery, WebhookView } from './webhook.ts';
import { idOf, KEPT_COLUMNS, shownWebhook, toKept, type WebhookRow } from './webhook-row.ts';
import { WEBHOOKS } from './webhook-tables.ts';

const BY_CREATION = [
  { column: 'created_ns', direction: 'asc' },
  { column: 'identity', direction: 'asc' },
] as const;

const byUrl = (direction: 'asc' | 'desc') =>
  [
    { column: 'url', direction },
    { column: 'identity', direction },
  ] as const;

const LISTED = ['created_ns', 'identity', 'url', 'id', 'document', 'disabled', 'failure'] as const;

export class WebhookReader {
  readonly #reader: TableReads;
  readonly #secrets: SecretBox | undefined;

  /** Without the secrets, keys cannot be opened. */
  constructor(reader: TableReads, secrets?: SecretBox) {
    this.#reader = reader;
    this.#secrets = secrets;
  }

  /**
   * Registrations of a view, or all. Their number is limited, so a filter by tags looks at all that come after the cursor:
   * one query, whatever it finds.
   */
  async list(page: PageRequest, view?: WebhookView, query: WebhookQuery = {}): Promise<Page<ShownWebhook>> {
    const { tags = NO_TAGS, byUrl: direction } = query;
    const isFiltered = tags.values.size > 0 || tags.exists.size > 0;
    const order = direction === undefined ? BY_CREATION : byUrl(direction);
    const after = afterCursor(order, page.after, [direction === undefined ? 'bigint' : 'string', 'string']);
    const { rows, cut = false } = await this.#reader.select({
      table: WEBHOOKS,
      columns: LISTED,
      where: and([inView(view), ...after]),
      orderBy: order,
      limit: isFiltered ? undefined : page.limit + 1,
      maxBytes: page.maxBytes,
      timeline: direction === undefined ? { column: 'created_ns' } : undefined,
    });
    const positionOf = ([created, identity, url]: (typeof rows)[number]): CursorPosition =>
      direction === undefined ? [created, identity] : [url ?? '', identity];
    const toItem = ([, identity, , id, document, disabled, failure]: (typeof rows)[number]): ShownWebhook =>
      shownWebhook(id ?? idOf(identity), fromJson(document), {
        isDisabled: disabled === true,
        failure: failure === null ? undefined : fromJson(failure),
      });
    if (!isFiltered) return toPage({ rows, cut }, page.limit, toItem, positionOf);
    const found = rows.filter(([, , , , document]) => hasTags(fromJson(document).tags ?? {}, tags));
    const last = rows.at(-1);
    if (!cut || last === undefined || found.length > page.limit)
      return toPage({ rows: found }, page.limit, toItem, positionOf);
    return { items: found.map(toItem), next: positionOf(last) };
  }

  /** A registration of the view, or of anybody. */
  async find(id: string, view?: WebhookView): Promise<KeptWebhook | undefined> {
    const [found] = await this.kept(and([eq('id', id), inView(view)]));
    return found;
  }

  /** Registrations for deliveries, without those that are disabled. */
  async registrations(): Promise<Registration[]> {
    return (await this.kept(everyRow())).filter(({ isDisabled }) => !isDisabled);
  }

  /** Progress of the same registrations. */
  async positions(): Promise<Pick<Registration, 'position' | 'failure'>[]> {
    const { rows } = await this.#reader.select({ table: WEBHOOKS, columns: ['position', 'failure', 'disabled'] });
    return rows
      .filter(([, , disabled]) => disabled !== true)
      .map(([position, failure]) => ({
        position: Number(position ?? 0n),
        ...(failure !== null && { failure: fromJson(failure) }),
      }));
  }

  /** Registrations in the order of their creation. */
  protected async kept(where: Where<WebhookRow>): Promise<KeptWebhook[]> {
    const { rows } = await this.#reader.select({ table: WEBHOOKS, columns: KEPT_COLUMNS, where, orderBy: BY_CREATION });
    return rows.map((row) => toKept(row, (sealed) => this.#openKey(sealed)));
  }

  #openKey(sealed: string): string {
    if (this.#secrets === undefined) throw new TypeError('this reader has no secrets to open keys with');
    return this.#secrets.open(sealed);
  }
}

export const ofOwner = (owner: string | undefined): Where<WebhookRow> =>
  owner === undefined ? everyRow() : eq('owner', owner);

function inView(view: WebhookView | undefined): Where<WebhookRow> {
  if (view === undefined) return everyRow();
  const { owner, classes } = view;
  const shared = classes?.map((name) => contains('auth_classes', `,${name},`)) ?? [isNotNull('auth_classes')];
  return or([eq('owner', owner), ...shared]);
}
