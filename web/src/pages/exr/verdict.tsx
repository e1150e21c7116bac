import { dataOf, server } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useLoaded } from '../../parts/use-loaded.ts';
import { exr as texts } from '../../texts/exr.ts';
import { exrAddress } from './exr-address.ts';

const FILES = 200;

/** The objections of the server's default policy, to a file or to those of a path. */
export function Verdict({ of }: { readonly of: components['schemas']['ExrValidateRequest'] }) {
  const { data, error, retry } = useLoaded(`verdict ${JSON.stringify(of)}`, () =>
    dataOf(server.POST('/exr/validate', { params: { query: { limit: FILES } }, body: of })),
  );
  if (error !== undefined) return <ErrorNote error={error} retry={retry} />;
  if (data === undefined) return <Skeleton lines={2} />;
  const { counts, files } = data;
  const objections = files.flatMap(({ id, path, rules }) =>
    rules.filter(({ status }) => status !== 'PASS').map((rule) => ({ id, path, ...rule })),
  );
  return (
    <>
      <p role="status">{texts.verdict(counts.PASS, counts.WARN, counts.FAIL)}</p>
      {files.length === FILES && <p class="muted">{texts.checkedFirst}</p>}
      {objections.length === 0 ? (
        <p class="good">{texts.nothingToObject}</p>
      ) : (
        <DataTable
          columns={texts.ruleColumns}
          rows={objections.map(({ id, path, rule, status, reason }) => [
            <a class="mono" href={exrAddress({ file: id })}>
              {path}
            </a>,
            rule,
            <span class={status === 'FAIL' ? 'bad' : 'warn'}>{status}</span>,
            reason,
          ])}
        />
      )}
    </>
  );
}
