import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOf, pageBase } from '../../address.ts';
import { library as texts } from '../../texts/library.ts';
import { type Filters, writeFilters } from './filters.ts';
import type { Item, Listing } from './listing.ts';
import { type Rows, rowsInView } from './rows.ts';

/** As `--row` of tokens.css. */
const ROW_PX = 30;
/** So far from the end of what is there the next page is asked for. */
const AHEAD = 60;

interface MediaTableProps {
  readonly listing: Listing;
  readonly filters: Filters;
}

/** A table of which only the rows in view are drawn, however long it is. */
export function MediaTable({ listing, filters }: MediaTableProps) {
  const frame = useRef<HTMLDivElement>(null);
  const items = listing.items.value;
  const [rows, setRows] = useState<Rows>({ first: 0, end: 60 });
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const look = (): void => {
      const next = rowsInView(element.scrollTop, element.clientHeight, ROW_PX, items.length);
      setRows((held) => (held.first === next.first && held.end === next.end ? held : next));
      if (next.end + AHEAD > items.length) void listing.more();
    };
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [listing, items.length]);

  const shown = items.slice(rows.first, rows.end);
  const { columns } = texts;
  const isOfFlows = filters.kind === 'flows';
  return (
    <div class="media-table" ref={frame} tabIndex={0} role="region" aria-label={texts[filters.kind]}>
      <table aria-rowcount={listing.hasMore.value ? -1 : items.length + 1}>
        <thead>
          <tr>
            <th class="label">{columns.label}</th>
            <th>{columns.format}</th>
            {isOfFlows && <th>{columns.codec}</th>}
            {isOfFlows && <th>{columns.details}</th>}
            <th>{columns.tags}</th>
            <th class="created">{columns.created}</th>
          </tr>
        </thead>
        <tbody>
          <tr aria-hidden="true" style={{ height: rows.first * ROW_PX }} />
          {shown.map((item, index) => (
            <MediaRow key={item.id} item={item} filters={filters} index={rows.first + index} />
          ))}
          <tr aria-hidden="true" style={{ height: Math.max(0, items.length - rows.end) * ROW_PX }} />
        </tbody>
      </table>
    </div>
  );
}

interface MediaRowProps {
  readonly item: Item;
  readonly filters: Filters;
  readonly index: number;
}

function MediaRow({ item, filters, index }: MediaRowProps) {
  const { kind } = filters;
  const tags = Object.entries(item.tags ?? {}).map(([name, value]) => `${name}=${[value].flat().join(',')}`);
  const members = 'flow_collection' in item ? item.flow_collection?.length : undefined;
  return (
    <tr aria-rowindex={index + 2}>
      <td class="label">
        <a href={addressOf(`${kind}/${item.id}`)}>{item.label ?? <code>{item.id}</code>}</a>
      </td>
      <td>
        {texts.formats[item.format] ?? item.format}
        {members !== undefined && members > 0 && (
          <>
            {' '}
            <a href={pageBase + writeFilters({ ...filters, collection: item.id })}>
              {members} {texts.members}
            </a>
          </>
        )}
      </td>
      {kind === 'flows' && <td>{'codec' in item ? item.codec : ''}</td>}
      {kind === 'flows' && <td>{detailsOf(item)}</td>}
      <td class="tags" title={tags.join('\n')}>
        {tags.join('  ')}
      </td>
      <td>{createdOf(item.created)}</td>
    </tr>
  );
}

/** `2026-11-21 18:00:05`, in the viewer's zone. */
function createdOf(created: string | undefined): string {
  if (created === undefined) return '';
  const date = new Date(created);
  return `${date.toLocaleDateString('sv')} ${date.toLocaleTimeString('sv')}`;
}

interface Essence {
  readonly frame_width?: number;
  readonly frame_height?: number;
  readonly frame_rate?: { readonly numerator: number; readonly denominator?: number };
  readonly sample_rate?: number;
  readonly channels?: number;
}

/** The size and rate of a flow in a few words: `1920x1080 25 fps`, `48 kHz 2 ch`. */
function detailsOf(item: Item): string {
  if (!('essence_parameters' in item)) return '';
  const {
    frame_width: width,
    frame_height: height,
    frame_rate: rate,
    sample_rate,
    channels,
  } = (item.essence_parameters ?? {}) as Essence;
  const fps = rate && rate.numerator / (rate.denominator ?? 1);
  return [
    width !== undefined && height !== undefined && `${width}x${height}`,
    fps !== undefined && `${Number(fps.toFixed(3))} fps`,
    sample_rate !== undefined && `${sample_rate / 1000} kHz`,
    channels !== undefined && `${channels} ch`,
  ]
    .filter((part) => part !== false)
    .join(' ');
}
