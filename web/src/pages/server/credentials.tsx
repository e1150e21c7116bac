import { dataOf, server } from '../../api/client.ts';
import { access } from '../../api/session.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { usePolled } from '../../parts/use-polled.ts';
import { server as texts } from '../../texts/server.ts';
import { moment, Section } from './section.tsx';

const EVERY_MS = 30_000;

/** Users and tokens of this server, where it asks who comes. */
export function Credentials() {
  return (access.value?.modes.length ?? 0) > 0 ? <Tables /> : null;
}

const load = () => dataOf(server.GET('/auth/credentials'));

function Tables() {
  const { value = { users: [], tokens: [] }, error } = usePolled(load, EVERY_MS);
  if (error !== undefined) return <ErrorNote error={error} />;
  return (
    <>
      <Section
        title={texts.users}
        columns={texts.credentialColumns}
        rows={value.users.map(({ name, scopes, classes, status, created }) => [
          name,
          scopes.join(', '),
          classes?.join(', ') ?? texts.all,
          status,
          moment(created),
        ])}
      />
      <Section
        title={texts.tokens}
        columns={texts.credentialColumns}
        rows={value.tokens.map(({ name, scopes, classes, created }) => [
          name,
          scopes.join(', '),
          classes?.join(', ') ?? texts.all,
          texts.active,
          moment(created),
        ])}
      >
        <p class="muted">
          {texts.changedBy} <code>npm run mgmt -- users</code>, <code>npm run mgmt -- tokens</code>
        </p>
      </Section>
    </>
  );
}
