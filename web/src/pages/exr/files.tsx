import { useState } from 'preact/hooks';
import { pageOf, server } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { shownSize } from '../../parts/shown.ts';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useLoaded } from '../../parts/use-loaded.ts';
import { exr as texts } from '../../texts/exr.ts';
import { exrAddress } from './exr-address.ts';

const PAGE = 100;
type Summary = components['schemas']['ExrFileSummary'];

/** Files by path; further pages are added below. */
export function Files({ prefix }: { readonly prefix: string }) {
  const [earlier, setEarlier] = useState<readonly Summary[]>([]);
  const [page, setPage] = useState<string | undefined>(undefined);
  const query = { limit: PAGE, ...(prefix !== '' && { path_prefix: prefix }), ...(page !== undefined && { page }) };
  const { data, error, retry } = useLoaded(`files ${prefix} ${page ?? ''}`, () =>
    pageOf(server.GET('/exr/files', { params: { query } })),
  );
  const files = [...earlier, ...(data?.items ?? [])];
  const next = data?.next;
  return (
    <>
      <h2>{texts.files}</h2>
      {error !== undefined && <ErrorNote error={error} retry={retry} />}
      {data !== undefined && files.length === 0 && <p class="muted">{texts.noFiles}</p>}
      {files.length > 0 && <DataTable columns={texts.fileColumns} rows={files.map((file) => cellsOf(file, prefix))} />}
      {data === undefined && error === undefined && <Skeleton lines={4} />}
      {next !== undefined && (
        <button
          type="button"
          onClick={() => {
            setEarlier(files);
            setPage(next);
          }}
        >
          {texts.more}
        </button>
      )}
    </>
  );
}

const cellsOf = (file: Summary, prefix: string) => [
  <>
    <a class="mono" href={exrAddress({ prefix, file: file.id })}>
      {file.path}
    </a>
    {file.failure !== null && <div class="bad">{file.failure.message}</div>}
  </>,
  file.frame_number ?? '',
  file.width === null ? '' : `${file.width} x ${file.height ?? ''}`,
  [file.is_deep ? texts.deep : '', file.is_tiled ? texts.tiled : texts.lines].filter(Boolean).join(', '),
  shownSize(file.size),
  new Date(file.last_inspected).toLocaleString(),
];
