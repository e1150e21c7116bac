import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ErrorNote } from '../../parts/error-note.tsx';
import { media as texts } from '../../texts/media.ts';

interface EditableProps {
  readonly name: string;
  readonly value: string | undefined;
  readonly canEdit: boolean;
  /** An empty text removes it. */
  readonly save: (value: string) => Promise<void>;
}

/** A text that is edited where it stands: Enter saves, Escape leaves it. */
export function Editable({ name, value, canEdit, save }: EditableProps) {
  const draft = useSignal<string | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  const isBusy = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const isOpen = draft.value !== undefined;
  const wasOpen = useRef(false);
  useEffect(() => {
    if (isOpen) input.current?.focus();
    else if (wasOpen.current) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  const close = (): void => {
    draft.value = undefined;
    error.value = undefined;
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (draft.value === (value ?? '')) {
      close();
      return;
    }
    isBusy.value = true;
    try {
      await save((draft.value ?? '').trim());
      close();
    } catch (cause) {
      error.value = cause;
    }
    isBusy.value = false;
  };
  if (!isOpen) {
    return (
      <span class="editable">
        {value ?? <span class="muted">{texts.none}</span>}
        {canEdit && (
          <button
            ref={button}
            type="button"
            class="plain"
            aria-label={texts.edit(name)}
            onClick={() => (draft.value = value ?? '')}
          >
            ✎
          </button>
        )}
      </span>
    );
  }
  return (
    <form class="editable" onSubmit={(event) => void submit(event)}>
      <input
        aria-label={name}
        value={draft.value}
        ref={input}
        onInput={({ currentTarget }) => (draft.value = currentTarget.value)}
        onKeyDown={({ key }) => {
          if (key === 'Escape') close();
        }}
      />
      <button type="submit" disabled={isBusy.value}>
        {texts.save}
      </button>
      <button type="button" onClick={close}>
        {texts.cancel}
      </button>
      {error.value !== undefined && <ErrorNote error={error.value} />}
    </form>
  );
}
