import { useSignal } from '@preact/signals';
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
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    isBusy.value = true;
    try {
      await save((draft.value ?? '').trim());
      draft.value = undefined;
      error.value = undefined;
    } catch (cause) {
      error.value = cause;
    }
    isBusy.value = false;
  };
  if (draft.value === undefined) {
    return (
      <span class="editable">
        {value ?? <span class="muted">{texts.none}</span>}
        {canEdit && (
          <button type="button" class="plain" aria-label={texts.edit(name)} onClick={() => (draft.value = value ?? '')}>
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
        ref={(input) => input?.focus()}
        onInput={({ currentTarget }) => (draft.value = currentTarget.value)}
        onKeyDown={({ key }) => {
          if (key === 'Escape') draft.value = undefined;
        }}
      />
      <button type="submit" disabled={isBusy.value}>
        {texts.save}
      </button>
      <button type="button" onClick={() => (draft.value = undefined)}>
        {texts.cancel}
      </button>
      {error.value !== undefined && <ErrorNote error={error.value} />}
    </form>
  );
}
