const WIDTHS = ['w1', 'w2', 'w3'];

/** Stands where lines of text will be. */
export function Skeleton({ lines = 3 }: { readonly lines?: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class={`skeleton ${WIDTHS[line % WIDTHS.length] ?? ''}`} />
      ))}
    </div>
  );
}
