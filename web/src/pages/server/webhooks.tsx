import { useCallback, useState } from 'preact/hooks';
import { dataOf, server, tams } from '../../api/client.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { usePolled } from '../../parts/use-polled.ts';
import { server as texts } from '../../texts/server.ts';
import { moment, Section } from './section.tsx';

const EVERY_MS = 10_000;
const LIMIT = 20;
const PATH = '/internal/webhooks/{webhookId}/attempts';

const loadWebhooks = () => dataOf(tams.GET('/service/webhooks', { params: { query: { limit: LIMIT } as never } }));

/** Receivers of events that the principal may see, and how their last deliveries went. */
export function Webhooks() {
  const { value = [], error } = usePolled(loadWebhooks, EVERY_MS);
  const [shown, setShown] = useState<string | undefined>();
  if (error !== undefined) return <ErrorNote error={error} />;
  const open = value.find(({ id }) => id === shown);
  return (
    <>
      <Section
        title={texts.webhooks}
        columns={texts.webhookColumns}
        rows={value.map(({ id, url, events, status, error: failure }) => [
          <code key="url">{url}</code>,
          events.join(', '),
          <span key="status" class={failure === undefined ? 'ok' : 'failing'}>
            {status}
          </span>,
          failure === undefined ? '' : `${moment(failure.time)} ${failure.summary}`,
          <button
            key="attempts"
            type="button"
            aria-expanded={id === shown}
            onClick={() => setShown(id === shown ? undefined : id)}
          >
            {id === shown ? texts.hideAttempts : texts.showAttempts}
          </button>,
        ])}
      />
      {open !== undefined && <Attempts key={open.id} id={open.id} url={open.url} />}
    </>
  );
}

/** The last deliveries to one of them. */
function Attempts({ id, url }: { readonly id: string; readonly url: string }) {
  const load = useCallback(() => dataOf(server.GET(PATH, { params: { path: { webhookId: id } } })), [id]);
  const { value = [], error } = usePolled(load, EVERY_MS);
  if (error !== undefined) return <ErrorNote error={error} />;
  return (
    <Section
      title={texts.attempts(url)}
      columns={texts.attemptColumns}
      rows={value.map(({ time, event_type: event, status, duration_ms: took, error: problem }) => [
        moment(time),
        event,
        <span key="status" class={problem === undefined ? 'ok' : 'failing'}>
          {status ?? texts.noAnswer}
        </span>,
        texts.ms(took),
        problem ?? '',
      ])}
    />
  );
}
