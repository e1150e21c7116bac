import { useTitle } from '../../parts/use-title.ts';
import { shell } from '../../texts.ts';

interface MediaProps {
  readonly kind: 'flow' | 'source';
  readonly params: { readonly id: string };
}

export default function MediaPage({ kind, params }: MediaProps) {
  useTitle(kind);
  return (
    <>
      <h1>{params.id}</h1>
      <p>{shell.notBuilt}</p>
    </>
  );
}
