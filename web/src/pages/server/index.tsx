import { useTitle } from '../../parts/use-title.ts';
import { shell } from '../../texts.ts';

export default function ServerPage() {
  useTitle(shell.server);
  return (
    <>
      <h1>{shell.server}</h1>
      <p>{shell.notBuilt}</p>
    </>
  );
}
