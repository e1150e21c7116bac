import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { addressOf, serverRoot } from '../../address.ts';
import { may } from '../../api/session.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { library } from '../../texts/library.ts';

const texts = library.empty;

/** A store that has nothing yet: the ways to change that. */
export function EmptyStore({ done }: { readonly done: () => void }) {
  const { route } = useLocation();
  const [progress, setProgress] = useState<string | undefined>();
  const [error, setError] = useState<unknown>();
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
  const toBringIn = (event: DragEvent): void => {
    event.preventDefault();
    route(addressOf('bring-in'));
  };
  return (
    <section class="empty-store" aria-label={texts.title}>
      <a
        class="drop"
        href={addressOf('bring-in')}
        onDragOver={(event) => event.preventDefault()}
        onDragEnter={toBringIn}
        onDrop={toBringIn}
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
