import { ErrorBoundary, LocationProvider, Route, Router, useLocation } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';
import { addressOf, pageBase } from './address.ts';
import { isLost, returns } from './api/connection.ts';
import { access, endSession, loadSession, may, mustSignIn } from './api/session.ts';
import { BringIn, Exr, Library, Media, MENU, Search, Server, SignIn, Usage } from './pages.ts';
import { ErrorNote } from './parts/error-note.tsx';
import { Skeleton } from './parts/skeleton.tsx';
import { shell } from './texts.ts';
import { type Theme, theme } from './theme.ts';

/** The frame of all pages, and the page that the address names. */
export function App() {
  const [failure, setFailure] = useState<unknown>();
  const load = (): void => {
    setFailure(undefined);
    loadSession().catch(setFailure);
  };
  const back = returns.value;
  useEffect(() => {
    if (access.value === undefined) load();
  }, [back]);
  return (
    <LocationProvider scope={pageBase.replace(/\/$/, '')}>
      <a class="skip" href="#page" onClick={skip}>
        {shell.skip}
      </a>
      <div class="shell">
        <Menu />
        <TopBar />
        {isLost.value && (
          <div class="banner" role="status">
            {shell.lost}
          </div>
        )}
        <main id="page" class="page-body" tabIndex={-1}>
          {failure !== undefined && (
            <ErrorNote error={failure} retry={() => (access.value === undefined ? load() : location.reload())} />
          )}
          <ErrorBoundary onError={setFailure}>
            {access.value === undefined ? (
              failure === undefined && <Skeleton lines={8} />
            ) : mustSignIn.value ? (
              <SignIn />
            ) : (
              <Pages onChange={() => setFailure(undefined)} />
            )}
          </ErrorBoundary>
        </main>
      </div>
    </LocationProvider>
  );
}

/** The address of the link is below that of all pages (`<base>`), and must not be gone to. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('page')?.focus();
}

function Pages({ onChange }: { readonly onChange: () => void }) {
  return (
    <Router onRouteChange={onChange}>
      <Route path={pageBase} component={Library} />
      <Route path={addressOf('search')} component={Search} />
      <Route path={addressOf('exr')} component={Exr} />
      <Route path={addressOf('usage')} component={Usage} />
      <Route path={addressOf('server')} component={Server} />
      <Route path={addressOf('bring-in')} component={BringIn} />
      <Route path={addressOf('flows/:id')} component={Media} kind="flow" />
      <Route path={addressOf('sources/:id')} component={Media} kind="source" />
      <Route path={addressOf('sign-in')} component={SignIn} />
      <Route default component={NotFound} />
    </Router>
  );
}

function Menu() {
  const { path } = useLocation();
  const current = path.slice(pageBase.length);
  return (
    <nav class="side" aria-label={shell.pages}>
      <a class="brand" href={pageBase}>
        <img src={addressOf('icon.svg')} alt="" />
        {shell.brand}
      </a>
      {MENU.filter(({ needs }) => may(needs)).map((page) => (
        <a
          key={page.path}
          class="page"
          href={addressOf(page.path)}
          {...(current === page.path && { 'aria-current': 'page' as const })}
        >
          {page.label}
        </a>
      ))}
    </nav>
  );
}

function TopBar() {
  const { route } = useLocation();
  const search = (event: SubmitEvent): void => {
    event.preventDefault();
    const words = new FormData(event.currentTarget as HTMLFormElement).get('q');
    route(`${addressOf('search')}?${new URLSearchParams({ q: typeof words === 'string' ? words : '' })}`);
  };
  return (
    <header class="bar">
      <form role="search" onSubmit={search}>
        <input type="search" name="q" placeholder={shell.searchEverything} aria-label={shell.searchEverything} />
      </form>
      <div class="who">
        <select
          aria-label={shell.theme.label}
          value={theme.value}
          onChange={({ currentTarget }) => (theme.value = currentTarget.value as Theme)}
        >
          <option value="system">{shell.theme.system}</option>
          <option value="dark">{shell.theme.dark}</option>
          <option value="light">{shell.theme.light}</option>
        </select>
        {access.value?.principal !== undefined && access.value.modes.length > 0 && (
          <>
            <span>{access.value.principal.name}</span>
            <button type="button" onClick={() => endSession()}>
              {shell.signOut}
            </button>
          </>
        )}
      </div>
    </header>
  );
}

const NotFound = () => <p>{shell.notFound}</p>;
