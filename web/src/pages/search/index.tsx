import { useLocation } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';
import { addressOf } from '../../address.ts';
import { dataOf, server } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import type { components } from '../../api/schema.d.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useTitle } from '../../parts/use-title.ts';
import { search } from '../../texts/search.ts';
import { Hit } from './hit.tsx';
import { hasLater, LIMIT, readQuery, type SearchQuery, TYPES, writeQuery } from './query.ts';
import './search.css';

type Answer = components['schemas']['SearchAnswer'];

/** Finds what was said: hits with their text, a frame and the way to them. The search is in the address. */
export default function SearchPage() {
  useTitle(search.title);
  const { url } = useLocation();
  const address = new URL(url, location.href).search;
  return (
    <>
      <h1>{search.title}</h1>
      <Form key={`form ${address}`} query={readQuery(address)} />
      <Hits key={address} query={readQuery(address)} />
    </>
  );
}

function Form({ query }: { readonly query: SearchQuery }) {
  const { route } = useLocation();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const asked = new URLSearchParams([...form].map(([name, value]) => [name, typeof value === 'string' ? value : '']));
    route(`${addressOf('search')}?${writeQuery(readQuery(asked.toString()))}`);
  };
  return (
    <form class="search-form" onSubmit={submit}>
      <label>
        {search.words}
        <input type="search" name="q" value={query.q} maxLength={1000} aria-describedby="search-hint" />
      </label>
      <label>
        {search.by}
        <select name="type">
          {TYPES.map((type) => (
            <option key={type} value={type} selected={type === query.type}>
              {search.types[type]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {search.speaker}
        <input name="speaker" value={query.speaker} maxLength={256} size={12} />
      </label>
      <label>
        {search.language}
        <input name="language" value={query.language} maxLength={71} size={6} />
      </label>
      <button class="first">{search.go}</button>
      <p id="search-hint" class="muted">
        {search.hint}
      </p>
    </form>
  );
}

function Hits({ query }: { readonly query: SearchQuery }) {
  const [answer, setAnswer] = useState<Answer>();
  const [failure, setFailure] = useState<unknown>();
  const { q, type, speaker, language, offset } = query;
  useEffect(() => {
    if (q === '') return;
    const gone = new AbortController();
    const asked = { q, type, limit: LIMIT, offset, ...(speaker && { speaker }), ...(language && { language }) };
    dataOf(server.GET('/search', { params: { query: asked }, signal: gone.signal })).then(
      setAnswer,
      (error: unknown) => {
        if (!gone.signal.aborted) setFailure(error);
      },
    );
    return () => gone.abort();
  }, []);
  if (q === '') return <p class="muted">{search.start}</p>;
  if (failure instanceof ApiError && failure.status === 404) return <p>{search.off}</p>;
  if (failure !== undefined) return <ErrorNote error={failure} retry={() => location.reload()} />;
  if (answer === undefined) return <Skeleton lines={8} />;
  const { hits, total } = answer;
  if (hits.length === 0) return <p role="status">{search.none}</p>;
  const to = (place: number): string =>
    `${addressOf('search')}?${writeQuery({ ...query, offset: Math.max(0, place) })}`;
  return (
    <>
      <p role="status" class="muted">
        {search.found(total)}, {search.range(offset + 1, offset + hits.length)}
      </p>
      <ol class="hits">
        {hits.map((hit) => (
          <Hit key={`${hit.version_id} ${hit.segment_id}`} hit={hit} words={q} />
        ))}
      </ol>
      <nav class="turn" aria-label={search.title}>
        {offset > 0 && (
          <a class="button" href={to(offset - LIMIT)}>
            {search.earlier}
          </a>
        )}
        {hasLater(offset, total) && (
          <a class="button" href={to(offset + LIMIT)}>
            {search.later}
          </a>
        )}
      </nav>
    </>
  );
}
