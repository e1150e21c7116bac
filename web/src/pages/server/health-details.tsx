import { server as texts } from '../../texts/server.ts';
import { type Health, queuesOf } from './health.ts';
import { moment, Section } from './section.tsx';

/** The health of a process that administrators see: facts, stores, workers and queues. */
export function HealthDetails({ health }: { readonly health: Health }) {
  const {
    version,
    node,
    uptime_s: up,
    memory_bytes: memory,
    tables,
    media = [],
    endpoints = [],
    workers = [],
  } = health;
  const facts: [string, string | undefined][] = [
    ...(health.process === undefined ? [] : [[texts.facts.process, String(health.process)] as [string, string]]),
    [texts.facts.version, version],
    [texts.facts.node, node],
    [texts.facts.up, up === undefined ? undefined : texts.duration(up)],
    [texts.facts.memory, memory && texts.mebibytes(memory.resident)],
    [texts.facts.operations, tables?.operations.toLocaleString('en')],
    [texts.facts.failures, tables?.failures.toLocaleString('en')],
  ];
  const stateOf = (state: string, good: string) => <span class={state === good ? 'ok' : 'failing'}>{state}</span>;
  return (
    <>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="columns">
        <Section
          title={texts.workers}
          columns={texts.workerColumns}
          rows={workers.map(({ name, running, last_success, failures_in_row: failures, last_failure: reason }) => [
            name,
            <span key="state" class={running && failures === 0 ? 'ok' : 'failing'}>
              {failures > 0 && reason !== undefined ? reason : running ? texts.running : texts.stopped}
            </span>,
            moment(last_success),
            failures,
          ])}
        />
        <div>
          <Section
            title={texts.stores}
            columns={texts.storeColumns}
            rows={media.map(({ id, label, circuit = 'closed' }) => [
              label ?? <code key="id">{id}</code>,
              stateOf(circuit === 'closed' ? texts.ok : texts.failing, texts.ok),
            ])}
          />
          {endpoints.length > 0 && (
            <Section
              title={texts.endpoints}
              columns={texts.storeColumns}
              rows={endpoints.map(({ url, state }) => [<code key="url">{url}</code>, stateOf(state, 'healthy')])}
            />
          )}
          <Section title={texts.queues} columns={texts.queueColumns} rows={queuesOf(health.backlog)} />
        </div>
      </div>
    </>
  );
}
