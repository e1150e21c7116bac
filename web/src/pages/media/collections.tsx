import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { addressOf } from '../../address.ts';
import { dataOf, tams } from '../../api/client.ts';
import { media as texts } from '../../texts/media.ts';
import type { Subject } from '../../timeline/timeline-data.ts';
import { type Flow, nameOf, type Source } from './media-data.ts';

/** Nodes of each row that are drawn; a picture of more says nothing. */
const MOST = 8;
const [WIDTH, HEIGHT, ACROSS, DOWN] = [150, 30, 170, 74];

interface Node {
  readonly id: string;
  readonly role?: string;
}

/** Its collectors and its members, as a picture of three rows. */
export function Collections({ kind, document }: { readonly kind: Subject['kind']; readonly document: Flow | Source }) {
  const above: readonly Node[] = (document.collected_by ?? []).slice(0, MOST).map((id) => ({ id }));
  const members = 'flow_collection' in document ? document.flow_collection : (document as Source).source_collection;
  const below: readonly Node[] = (members ?? []).slice(0, MOST);
  const names = useNames(kind, [...above, ...below]);
  if (above.length + below.length === 0) return null;
  const widest = Math.max(above.length, below.length, 1);
  const [width, middle] = [widest * ACROSS, (widest * ACROSS) / 2];
  const rows = (above.length > 0 ? 1 : 0) + 1 + (below.length > 0 ? 1 : 0);
  const own = above.length > 0 ? DOWN : 0;
  const xOf = (index: number, count: number): number => middle + (index - (count - 1) / 2) * ACROSS;
  const row = (nodes: readonly Node[], y: number) =>
    nodes.map(({ id, role }, index) => {
      const x = xOf(index, nodes.length);
      return (
        <>
          <line x1={x} y1={y > own ? y : y + HEIGHT} x2={middle} y2={y > own ? own + HEIGHT : own} />
          <a href={addressOf(`${kind}s/${id}`)}>
            <rect x={x - WIDTH / 2} y={y} width={WIDTH} height={HEIGHT} rx={4} />
            <text x={x} y={y + 19}>
              {short(names[id] ?? id)}
            </text>
          </a>
          {role !== undefined && role !== '' && (
            <text class="role" x={x} y={y - 6}>
              {short(role)}
            </text>
          )}
        </>
      );
    });
  const summary = texts.collectionsPicture(nameOf(document), above.length, below.length);
  return (
    <section class="block" aria-label={texts.collections}>
      <h2>{texts.collections}</h2>
      <div class="scroll">
        <svg
          class="collections"
          width={width}
          height={rows * DOWN - DOWN + HEIGHT + 2}
          role="group"
          aria-label={summary}
        >
          {row(above, 1)}
          {row(below, own + DOWN)}
          <rect class="own" x={middle - WIDTH / 2} y={own + 1} width={WIDTH} height={HEIGHT - 1} rx={4} />
          <text x={middle} y={own + 19}>
            {short(nameOf(document))}
          </text>
        </svg>
      </div>
    </section>
  );
}

const short = (text: string): string => (text.length > 20 ? `${text.slice(0, 19)}…` : text);

/** Labels of the nodes, as they come; those that the principal may not see keep their ids. */
function useNames(kind: Subject['kind'], nodes: readonly Node[]): Readonly<Record<string, string>> {
  const names = useSignal<Readonly<Record<string, string>>>({});
  const key = nodes.map(({ id }) => id).join();
  useEffect(() => {
    for (const { id } of nodes) {
      const document =
        kind === 'flow'
          ? dataOf(tams.GET('/flows/{flowId}', { params: { path: { flowId: id } } }))
          : dataOf(tams.GET('/sources/{sourceId}', { params: { path: { sourceId: id } } }));
      document.then(
        (found) => (names.value = { ...names.value, [id]: nameOf(found) }),
        () => undefined,
      );
    }
  }, [kind, key]);
  return names.value;
}
