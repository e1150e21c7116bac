import { useTitle } from '../../parts/use-title.ts';
import { shell } from '../../texts.ts';

export default function SearchPage() {
  useTitle(shell.search);
  return (
    <>
      <h1>{shell.search}</h1>
      <p>{shell.notBuilt}</p>
    </>
  );
}
