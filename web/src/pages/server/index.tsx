import './server.css';
import { may } from '../../api/session.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { usePolled } from '../../parts/use-polled.ts';
import { useTitle } from '../../parts/use-title.ts';
import { server as texts } from '../../texts/server.ts';
import { Credentials } from './credentials.tsx';
import { type Health, loadHealth, loadReadiness } from './health.ts';
import { HealthDetails } from './health-details.tsx';
import { Deletions, SlowQueries } from './listings.tsx';
import { Webhooks } from './webhooks.tsx';

const EVERY_MS = 5_000;

/** How the server is, and what it has to do: reasons and lists for administrators, whether it is well for all. */
export default function ServerPage() {
  useTitle(texts.title);
  const isAdmin = may('admin');
  const { value, error, again } = usePolled(isAdmin ? loadHealth : loadReadiness, EVERY_MS);
  return (
    <div class="server">
      <h1>{texts.title}</h1>
      {error !== undefined && <ErrorNote error={error} retry={again} />}
      {value === undefined ? error === undefined && <Skeleton lines={6} /> : <Summary health={value} />}
      {value !== undefined &&
        isAdmin &&
        (value.processes ?? [value]).map((each) => <HealthDetails key={each.process} health={each} />)}
      {!isAdmin && <p class="muted">{texts.forAdmins}</p>}
      <Webhooks />
      {isAdmin && (
        <>
          <Deletions />
          <SlowQueries />
          <Credentials />
        </>
      )}
    </div>
  );
}

function Summary({ health }: { readonly health: Health }) {
  return (
    <ul class="checks" aria-label={health.status === 'ok' ? texts.well : texts.unwell}>
      <li class={health.status}>{health.status === 'ok' ? texts.well : texts.unwell}</li>
      {Object.entries(health.checks).map(([name, state]) => (
        <li key={name} class={state === 'ok' ? 'ok' : 'failing'}>
          {texts.checks[name] ?? name}: {state}
        </li>
      ))}
    </ul>
  );
}
