import { useLocation } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';
import './sign-in.css';
import { pageBase } from '../../address.ts';
import { leaveForProvider, returnFromProvider } from '../../api/oidc.ts';
import { access, mustSignIn, refusal, signIn } from '../../api/session.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { useTitle } from '../../parts/use-title.ts';
import { signIn as texts } from '../../texts/sign-in.ts';

/** Every way in that the server takes. Shown in the place of any page, whose address stays, and where a provider leads back to. */
export default function SignInPage() {
  useTitle(texts.title);
  const { route } = useLocation();
  const [error, setError] = useState<unknown>();
  const attempt = (way: () => Promise<unknown>): void => {
    setError(undefined);
    way().catch(setError);
  };
  useEffect(() => {
    attempt(async () => {
      const back = await returnFromProvider();
      if (back !== undefined) route(back, true);
    });
  }, []);
  const signedIn = !mustSignIn.value;
  useEffect(() => {
    if (signedIn && location.pathname.endsWith('/sign-in') && location.search === '') route(pageBase, true);
  }, [signedIn]);

  const { modes = [], oidc } = access.value ?? {};
  return (
    <div class="sign-in">
      <h1>{texts.title}</h1>
      {refusal.value !== undefined && <p>{texts.again(refusal.value)}</p>}
      {error !== undefined && <ErrorNote error={error} />}
      {oidc !== undefined && (
        <button type="button" class="first" onClick={() => attempt(() => leaveForProvider(oidc))}>
          {texts.withProvider(oidc.issuer)}
        </button>
      )}
      {modes.includes('basic') && <PasswordForm attempt={attempt} />}
      {(modes.includes('token') || modes.includes('jwt')) && <TokenForm attempt={attempt} />}
      {modes.join() === 'url_token' && <p>{texts.notHere}</p>}
    </div>
  );
}

interface FormProps {
  readonly attempt: (way: () => Promise<unknown>) => void;
}

function PasswordForm({ attempt }: FormProps) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { name, password } = fieldsOf(event);
    attempt(() => signIn(`Basic ${btoa(utf8(`${name}:${password}`))}`));
  };
  return (
    <form onSubmit={submit}>
      <label>
        {texts.name}
        <input name="name" autocomplete="username" required />
      </label>
      <label>
        {texts.password}
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <button type="submit">{texts.withPassword}</button>
    </form>
  );
}

function TokenForm({ attempt }: FormProps) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { token = '' } = fieldsOf(event);
    attempt(() => signIn(`Bearer ${token.trim()}`));
  };
  return (
    <form onSubmit={submit}>
      <label>
        {texts.token}
        <input name="token" type="password" autocomplete="off" required />
      </label>
      <p class="muted">{texts.tokenHint}</p>
      <button type="submit">{texts.withToken}</button>
    </form>
  );
}

const fieldsOf = (event: SubmitEvent): Record<string, string> =>
  Object.fromEntries(
    [...new FormData(event.currentTarget as HTMLFormElement)].map(([name, value]) => [name, value as string]),
  );

/** A text whose characters are the bytes of UTF-8, as `btoa` takes it (RFC 7617). */
const utf8 = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));
