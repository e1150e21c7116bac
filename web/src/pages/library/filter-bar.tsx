import { library as texts } from '../../texts/library.ts';
import { type Filters, isFiltered, type Order } from './filters.ts';

interface FilterBarProps {
  readonly filters: Filters;
  readonly change: (changes: Partial<Filters>) => void;
}

/** A field for each filter. One is in force once it is left, or Enter is pressed. */
export function FilterBar({ filters, change }: FilterBarProps) {
  const field = (name: 'codec' | 'label' | 'tag' | 'time' | 'collection', label: string, hint: string) => (
    <label>
      {label}
      <input
        name={name}
        defaultValue={filters[name]}
        placeholder={hint}
        spellcheck={false}
        onChange={({ currentTarget }) => change({ [name]: currentTarget.value.trim() })}
      />
    </label>
  );
  const isOfFlows = filters.kind === 'flows';
  return (
    <form class="filters" aria-label={texts.filters} onSubmit={(event) => event.preventDefault()}>
      <label>
        {texts.format}
        <select value={filters.format} onChange={({ currentTarget }) => change({ format: currentTarget.value })}>
          <option value="">{texts.anyFormat}</option>
          {Object.entries(texts.formats).map(([format, name]) => (
            <option key={format} value={format}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {isOfFlows && field('codec', texts.codec, texts.codecHint)}
      {field('label', texts.label, texts.labelHint)}
      {field('tag', texts.tag, texts.tagHint)}
      {isOfFlows && field('time', texts.time, texts.timeHint)}
      {field('collection', texts.collection, texts.collectionHint)}
      <label>
        {texts.order}
        <select value={filters.order} onChange={({ currentTarget }) => change({ order: currentTarget.value as Order })}>
          {Object.entries(texts.orders).map(([order, name]) => (
            <option key={order} value={order}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {isFiltered(filters) && (
        <button
          type="button"
          onClick={() => change({ format: '', codec: '', label: '', tag: '', time: '', collection: '' })}
        >
          {texts.clear}
        </button>
      )}
    </form>
  );
}
