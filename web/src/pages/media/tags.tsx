import { useSignal } from '@preact/signals';
import { ErrorNote } from '../../parts/error-note.tsx';
import { media as texts } from '../../texts/media.ts';
import { Editable } from './editable.tsx';
import { type TagValue, tagValueOf } from './tag-value.ts';

interface TagsProps {
  readonly tags: Readonly<Record<string, TagValue>>;
  readonly canEdit: boolean;
  readonly set: (name: string, value: TagValue) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

/** The tags of a flow or a source, edited in place. */
export function Tags({ tags, canEdit, set, remove }: TagsProps) {
  const error = useSignal<unknown>(undefined);
  const [name, value] = [useSignal(''), useSignal('')];
  const run = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      error.value = undefined;
    } catch (cause) {
      error.value = cause;
    }
  };
  const add = (event: Event): void => {
    event.preventDefault();
    if (name.value === '') return;
    void run(async () => {
      if (Object.hasOwn(tags, name.value)) throw new Error(texts.tagExists(name.value));
      await set(name.value, tagValueOf(value.value, undefined));
      name.value = '';
      value.value = '';
    });
  };
  return (
    <section aria-label={texts.tags}>
      <h2>{texts.tags}</h2>
      <dl class="tags">
        {Object.entries(tags).map(([each, held]) => (
          <div key={each}>
            <dt>{each}</dt>
            <dd>
              <Editable
                name={each}
                value={Array.isArray(held) ? held.join(', ') : held}
                canEdit={canEdit}
                save={(text) => set(each, tagValueOf(text, held))}
              />
              {canEdit && (
                <button
                  type="button"
                  class="plain"
                  aria-label={texts.removeTag(each)}
                  onClick={() => void run(() => remove(each))}
                >
                  ×
                </button>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {canEdit && (
        <form class="add-tag" onSubmit={add}>
          <input
            aria-label={texts.tagName}
            placeholder={texts.tagName}
            value={name.value}
            onInput={({ currentTarget }) => (name.value = currentTarget.value)}
          />
          <input
            aria-label={texts.tagValue}
            placeholder={texts.tagValue}
            value={value.value}
            onInput={({ currentTarget }) => (value.value = currentTarget.value)}
          />
          <button type="submit" disabled={name.value === ''}>
            {texts.addTag}
          </button>
        </form>
      )}
      {error.value !== undefined && <ErrorNote error={error.value} />}
    </section>
  );
}
