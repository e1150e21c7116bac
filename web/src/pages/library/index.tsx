import { useLocation } from 'preact-iso';
import { useEffect, useMemo } from 'preact/hooks';
import './library.css';
import { pageBase } from '../../address.ts';
import { returns } from '../../api/connection.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useTitle } from '../../parts/use-title.ts';
import { library as texts } from '../../texts/library.ts';
import { EmptyStore } from './empty-store.tsx';
import { FilterBar } from './filter-bar.tsx';
import { type Filters, isFiltered, readFilters, writeFilters } from './filters.ts';
import { Listing } from './listing.ts';
import { MediaTable } from './media-table.tsx';

/** Flows or sources, with filters and an order, all of which are in the address. */
export default function LibraryPage() {
  useTitle(texts.title);
  const { query, route } = useLocation();
  const filters = readFilters(query);
  const address = writeFilters(filters);
  const listing = useMemo(() => new Listing(filters), [address]);
  useEffect(() => {
    void listing.load();
    return () => listing.end();
  }, [listing]);
  const back = returns.value;
  useEffect(() => {
    if (back > 0) void listing.load();
  }, [back]);

  const change = (changes: Partial<Filters>): void => {
    route(pageBase + writeFilters({ ...filters, ...changes }), 'order' in changes);
  };
  const items = listing.items.value;
  const hasMore = listing.hasMore.value;
  const error = listing.error.value;
  const isEmpty = items.length === 0 && !hasMore;
  return (
    <div class="library">
      <header>
        <h1>{texts.title}</h1>
        <nav class="kinds" aria-label={texts.kind}>
          {(['flows', 'sources'] as const).map((kind) => (
            <a
              key={kind}
              href={pageBase + writeFilters({ ...filters, kind })}
              {...(kind === filters.kind && { 'aria-current': 'true' as const })}
            >
              {texts[kind]}
            </a>
          ))}
        </nav>
        <span class="muted" aria-live="polite">
          {items.length > 0 && texts.loaded(items.length, hasMore)}
        </span>
        {listing.hasNews.value && (
          <button type="button" onClick={() => void listing.load()}>
            {texts.news}
          </button>
        )}
      </header>
      {isEmpty && !isFiltered(filters) && error === undefined ? (
        <EmptyStore done={() => void listing.load()} />
      ) : (
        <>
          <FilterBar key={address} filters={filters} change={change} />
          {error !== undefined && <ErrorNote error={error} retry={() => void listing.load()} />}
          {isEmpty && error === undefined && <p>{texts.noMatch}</p>}
          {items.length === 0 && hasMore && error === undefined && <Skeleton lines={12} />}
          {items.length > 0 && <MediaTable key={address} listing={listing} filters={filters} />}
        </>
      )}
    </div>
  );
}
