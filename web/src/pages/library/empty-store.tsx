import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { addressOf, serverRoot } from '../../address.ts';
import { may } from '../../api/session.ts';
import { droppedFiles } from '../../bring-in/dropped.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { useNoStrayDrops } from '../../parts/use-no-stray-drops.ts';
import { library } from '../../texts/library.ts';

const texts = library.empty;

/** A store that has nothing yet: the ways to change that. */
export function EmptyStore({ done }: { readonly done: () => void }) {
  const { route } = useLocation();
  const [progress, setProgress] = useState<string | undefined>();
  const [error, setError] = useState<unknown>();
  useNoStrayDrops();
  if (!may('write')) return <p>{texts.readOnly}</p>;

  const loadDemo = async (): Promise<void> => {
    setError(undefined);
    try {
      const { loadDemoClip } = await import('./demo-clip.ts');
      await loadDemoClip((count, all) => setProgress(texts.loading(count, all)));
      done();
    } catch (failure) {
      setError(failure);
    }
    setProgress(undefined);
  };
  const bringIn = async (event: DragEvent): Promise<void> => {
    event.preventDefault();
    if (event.dataTransfer === null) return;
    try {
      const given = await droppedFiles(event.dataTransfer);
      const { take } = await import('../bring-in/queue.ts');
      route(addressOf('bring-in'));
      await take(given);
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <section class="empty-store" aria-label={texts.title}>
      <a
        class="drop"
        href={addressOf('bring-in')}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => void bringIn(event)}
      >
        <strong>{texts.drop}</strong>
        <span>{texts.orBring}</span>
      </a>
      <div class="ways">
        <button type="button" onClick={() => void loadDemo()} disabled={progress !== undefined}>
          {progress ?? texts.demo}
        </button>
        <a href={`${serverRoot}docs`}>{texts.guide}</a>
      </div>
      {error !== undefined && <ErrorNote error={error} />}
    </section>
  );
}
