import { useState } from 'preact/hooks';
import { pageOf, server } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useLoaded } from '../../parts/use-loaded.ts';
import { exr as texts } from '../../texts/exr.ts';
import { exrAddress } from './exr-address.ts';

const PAGE = 50;
/** Ranges that a cell names. */
const RANGES = 8;

/** Sequences of frames, with what is missing of each. */
export function Sequences({ prefix }: { readonly prefix: string }) {
  const [pages, setPages] = useState(1);
  const { data, error, retry } = useLoaded(`sequences ${prefix} ${pages}`, () => sequencesOf(prefix, pages));
  return (
    <>
      <h2>{texts.sequences}</h2>
      {error !== undefined && <ErrorNote error={error} retry={retry} />}
      {data === undefined && error === undefined && <Skeleton lines={4} />}
      {data?.items.length === 0 && <p class="muted">{texts.noSequences}</p>}
      {data !== undefined && data.items.length > 0 && (
        <DataTable
          columns={texts.sequenceColumns}
          rows={data.items.map((sequence) => [
            <a class="mono" href={exrAddress({ prefix: sequence.prefix })}>
              {sequence.pattern}
            </a>,
            sequence.frame_count,
            sequence.first,
            sequence.last,
            sequence.step,
            <Missing sequence={sequence} />,
          ])}
        />
      )}
      {data?.hasMore === true && (
        <button type="button" onClick={() => setPages(pages + 1)}>
          {texts.more}
        </button>
      )}
    </>
  );
}

type Sequence = components['schemas']['ExrSequence'];

function Missing({ sequence: { missing, missing_count: count } }: { readonly sequence: Sequence }) {
  if (count === 0) return <span class="good">{texts.none}</span>;
  const named = missing.slice(0, RANGES).map(({ start, end }) => (start === end ? String(start) : `${start}-${end}`));
  return (
    <span class="bad">
      {named.join(', ')}
      {missing.length > RANGES && texts.andMore(count)}
    </span>
  );
}

async function sequencesOf(prefix: string, pages: number): Promise<{ items: readonly Sequence[]; hasMore: boolean }> {
  const items: Sequence[] = [];
  let next: string | undefined;
  for (let page = 0; page < pages; page++) {
    const query = {
      limit: PAGE,
      ...(prefix !== '' && { path_prefix: prefix }),
      ...(next !== undefined && { page: next }),
    };
    const answer = await pageOf(server.GET('/exr/sequences', { params: { query } }));
    items.push(...answer.items);
    ({ next } = answer);
    if (next === undefined) break;
  }
  return { items, hasMore: next !== undefined };
}
