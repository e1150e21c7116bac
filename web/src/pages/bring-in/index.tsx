import { useTitle } from '../../parts/use-title.ts';
import { shell } from '../../texts.ts';

export default function BringInPage() {
  useTitle(shell.bringIn);
  return (
    <>
      <h1>{shell.bringIn}</h1>
      <p>{shell.notBuilt}</p>
    </>
  );
}
