import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { useRef } from 'preact/hooks';
import { addressOf } from '../../address.ts';
import { tams } from '../../api/client.ts';
import { may } from '../../api/session.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { media as texts } from '../../texts/media.ts';
import { type Flow, nameOf } from './media-data.ts';

/** Deletes a flow, after it was confirmed. There is no such button for a read-only flow, or without the right. */
export function Remove({ flow }: { readonly flow: Flow }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const error = useSignal<unknown>(undefined);
  const isBusy = useSignal(false);
  const { route } = useLocation();
  if (flow.read_only === true || !may('delete')) return null;
  const remove = async (): Promise<void> => {
    isBusy.value = true;
    try {
      await tams.DELETE('/flows/{flowId}', { params: { path: { flowId: flow.id } } });
      route(addressOf(''));
    } catch (cause) {
      error.value = cause;
    }
    isBusy.value = false;
  };
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        {texts.remove}
      </button>
      <dialog ref={dialog} aria-labelledby="remove-title">
        <h2 id="remove-title">{texts.removeTitle(nameOf(flow))}</h2>
        <p>{texts.removeText}</p>
        {error.value !== undefined && <ErrorNote error={error.value} />}
        <div class="dialog-buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            {texts.cancel}
          </button>
          <button type="button" class="danger" disabled={isBusy.value} onClick={() => void remove()}>
            {texts.removeConfirm}
          </button>
        </div>
      </dialog>
    </>
  );
}
