import { addressOf } from '../../address.ts';
import { may } from '../../api/session.ts';
import { media as texts } from '../../texts/media.ts';
import { Editable } from './editable.tsx';
import type { Edits } from './edits.ts';
import type { Flow, MediaData } from './media-data.ts';
import { Tags } from './tags.tsx';

/** Metadata of a flow or a source; label, description and tags are edited in place. */
export function Facts({ data, edits }: { readonly data: MediaData; readonly edits: Edits }) {
  const document = data.document;
  if (document === undefined) return null;
  const flow = data.flow.value;
  const isReadOnly = flow?.read_only === true;
  const canEdit = may('write') && !isReadOnly;
  const facts = flow === undefined ? [] : factsOf(flow);
  return (
    <aside class="facts-panel" aria-label={texts.about}>
      <dl class="facts">
        <dt>{texts.label}</dt>
        <dd>
          <Editable name={texts.label} value={document.label} canEdit={canEdit} save={edits.label} />
        </dd>
        <dt>{texts.description}</dt>
        <dd>
          <Editable name={texts.description} value={document.description} canEdit={canEdit} save={edits.description} />
        </dd>
        <dt>{texts.facts.format}</dt>
        <dd>
          {texts.formats[document.format] ?? document.format}
          {isReadOnly && ` · ${texts.readOnly}`}
        </dd>
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
        {flow !== undefined && (
          <>
            <dt>{texts.facts.source}</dt>
            <dd>
              <a class="mono" href={addressOf(`sources/${flow.source_id}`)}>
                {flow.source_id}
              </a>
            </dd>
          </>
        )}
        <dt>{texts.facts.id}</dt>
        <dd class="mono">{document.id}</dd>
        <dt>{texts.facts.created}</dt>
        <dd>{document.created ?? texts.none}</dd>
      </dl>
      <Tags
        tags={document.tags ?? {}}
        canEdit={canEdit}
        set={(name, value) => edits.setTag(name, value)}
        remove={(name) => edits.removeTag(name)}
      />
    </aside>
  );
}

function factsOf(flow: Flow): (readonly [string, string])[] {
  const essence: Readonly<Record<string, unknown>> = { ...flow.essence_parameters };
  const rate = essence['frame_rate'] as { numerator: number; denominator?: number } | undefined;
  const all: (readonly [string, string | undefined])[] = [
    [texts.facts.codec, flow.codec],
    [texts.facts.container, flow.container],
    [texts.facts.picture, both(essence['frame_width'], essence['frame_height'], ' x ')],
    [texts.facts.frameRate, rate && String(Number((rate.numerator / (rate.denominator ?? 1)).toFixed(3)))],
    [texts.facts.sound, both(essence['sample_rate'], essence['channels'], ' Hz, channels: ')],
    [texts.facts.bitRate, bitRateOf(flow)],
    [texts.facts.status, flow.status],
  ];
  return all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

const both = (a: unknown, b: unknown, between: string): string | undefined =>
  typeof a === 'number' && typeof b === 'number' ? `${a}${between}${b}` : undefined;

/** TAMS keeps bit rates in 1000 bits a second. */
function bitRateOf({ avg_bit_rate: average, max_bit_rate: most }: Flow): string | undefined {
  const kilobits = average ?? most;
  return kilobits === undefined ? undefined : `${kilobits.toLocaleString('en')} kbit/s`;
}
