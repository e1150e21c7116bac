import { addressOf } from '../../address.ts';
import { dataOf, server, tams } from '../../api/client.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { usePolled } from '../../parts/use-polled.ts';
import { server as texts } from '../../texts/server.ts';
import { moment, Section } from './section.tsx';

const EVERY_MS = 10_000;
const LIMIT = 20;

const loadDeletions = () => {
  const query = { sort_by: 'created', reverse_order: true, limit: LIMIT } as const;
  return dataOf(tams.GET('/flow-delete-requests', { params: { query } }));
};

/** The latest deletions that go on, or went on, after their request was answered. */
export function Deletions() {
  const { value = [], error } = usePolled(loadDeletions, EVERY_MS);
  if (error !== undefined) return <ErrorNote error={error} />;
  return (
    <Section
      title={texts.deletions}
      columns={texts.deletionColumns}
      rows={value.map((request) => [
        <a key="flow" class="mono" href={addressOf(`flows/${request.flow_id}`)}>
          {request.flow_id}
        </a>,
        <code key="timerange">{request.timerange_to_delete}</code>,
        request.error?.summary ?? request.status,
        moment(request.created),
        request.created_by,
      ])}
    />
  );
}

const loadSlow = () => dataOf(server.GET('/analytics/performance/slow-queries'));

/** The queries that took longest lately, without their values. */
export function SlowQueries() {
  const { value = [], error } = usePolled(loadSlow, EVERY_MS);
  if (error !== undefined) return <ErrorNote error={error} />;
  return (
    <Section
      title={texts.slow}
      columns={texts.slowColumns}
      rows={value
        .slice(0, LIMIT)
        .map((query) => [
          query.table,
          query.operation,
          texts.ms(query.duration_ms),
          query.rows,
          <code key="predicate">{query.predicate}</code>,
          moment(query.started_at),
        ])}
    />
  );
}
