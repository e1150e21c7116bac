import { useTitle } from '../../parts/use-title.ts';
import { shell } from '../../texts.ts';

export default function ExrPage() {
  useTitle(shell.exr);
  return (
    <>
      <h1>{shell.exr}</h1>
      <p>{shell.notBuilt}</p>
    </>
  );
}
