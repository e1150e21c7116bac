import { dataOf, pageOf, server } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useLoaded } from '../../parts/use-loaded.ts';
import { exr as texts } from '../../texts/exr.ts';
import { exrAddress } from './exr-address.ts';
import { Verdict } from './verdict.tsx';

const SIMILAR = 20;
/** Long values, as of previews, are cut. */
const VALUE_MAX = 300;

/** The header of a file, what the policy objects to, and the frames that are most like it. */
export function FileDetails({ fileId }: { readonly fileId: string }) {
  const { data, error, retry } = useLoaded(`file ${fileId}`, () =>
    dataOf(server.GET('/exr/files/{fileId}', { params: { path: { fileId } } })),
  );
  if (error !== undefined) return <ErrorNote error={error} retry={retry} />;
  if (data === undefined) return <Skeleton lines={8} />;
  const { file, parts, channels, attributes, errors } = data;
  return (
    <>
      <h2 class="mono">{file.path}</h2>
      <h3>{texts.check}</h3>
      <Verdict of={{ file_id: fileId }} />
      {errors.length > 0 && (
        <>
          <h3>{texts.problems}</h3>
          <ul class="bad">
            {errors.map(({ message }, index) => (
              <li key={index}>{message}</li>
            ))}
          </ul>
        </>
      )}
      <h3>{texts.header}</h3>
      <DataTable
        columns={texts.partColumns}
        rows={parts.map((part) => [
          part.name ?? part.index,
          part.type,
          part.compression,
          shownBox(part.display_window),
          shownBox(part.data_window),
          channels
            .filter((channel) => channel.part === part.index)
            .map(({ name, pixel_type: type }) => `${name} (${type})`)
            .join(', '),
        ])}
      />
      <Similar fileId={fileId} />
      <details>
        <summary>{texts.attributes}</summary>
        <DataTable
          columns={texts.attributeColumns}
          rows={attributes.map(({ part, name, type, value }) => [part, name, type, <code>{shownValue(value)}</code>])}
        />
      </details>
    </>
  );
}

function Similar({ fileId }: { readonly fileId: string }) {
  const { data, error, retry } = useLoaded(`similar ${fileId}`, () =>
    pageOf(server.GET('/exr/files/{fileId}/similar', { params: { path: { fileId }, query: { limit: SIMILAR } } })),
  );
  return (
    <>
      <h3>{texts.similar}</h3>
      {error !== undefined && <ErrorNote error={error} retry={retry} />}
      {data === undefined && error === undefined && <Skeleton lines={3} />}
      {data?.items.length === 0 && <p class="muted">{texts.none}</p>}
      {data !== undefined && data.items.length > 0 && (
        <DataTable
          columns={texts.similarColumns}
          rows={data.items.map(({ file, score }) => [
            <a class="mono" href={exrAddress({ file: file.id })}>
              {file.path}
            </a>,
            score.toFixed(4),
          ])}
        />
      )}
    </>
  );
}

/** Its size, and its origin unless that is 0. */
function shownBox({ x_min: left, y_min: top, x_max: right, y_max: bottom }: components['schemas']['ExrBox']): string {
  const size = `${right - left + 1} x ${bottom - top + 1}`;
  return left === 0 && top === 0 ? size : `${size} at ${left}, ${top}`;
}

function shownValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}...` : text;
}
