import { useSignal } from '@preact/signals';
import { areKept } from '../../bring-in/journals.ts';
import { texts } from '../../texts/bring-in.ts';
import { useNoStrayDrops } from '../../parts/use-no-stray-drops.ts';
import { useTitle } from '../../parts/use-title.ts';
import { DropZone } from './drop-zone.tsx';
import { ItemCard } from './item-card.tsx';
import { CutCard } from './cut-card.tsx';
import { cuts, queue } from './queue.ts';
import './bring-in.css';

export default function BringInPage() {
  useTitle(texts.title);
  useNoStrayDrops();
  const notTaken = useSignal<string | undefined>(undefined);
  const items = queue.items.value;
  const ready = items.filter(({ phase }) => phase.value === 'ready');
  return (
    <div class="bring-in">
      <h1>{texts.title}</h1>
      <DropZone onError={(text) => (notTaken.value = text)} />
      {notTaken.value !== undefined && (
        <p class="bad" role="alert">
          {notTaken.value}
        </p>
      )}
      {!areKept.value && items.length > 0 && <p class="muted">{texts.notKept}</p>}
      {ready.length > 1 && (
        <button type="button" class="first" onClick={() => queue.startAll()}>
          {texts.startAll}
        </button>
      )}
      {items.length + cuts.value.length > 0 && (
        <ul class="items" aria-label={texts.files}>
          {cuts.value.map((cut) => (
            <CutCard key={`cut ${cut.key}`} cut={cut} />
          ))}
          {items.map((item) => (
            <ItemCard key={item.key} item={item} />
          ))}
        </ul>
      )}
    </div>
  );
}
