import { useTitle } from '../../parts/use-title.ts';
import { shell } from '../../texts.ts';

export default function UsagePage() {
  useTitle(shell.usage);
  return (
    <>
      <h1>{shell.usage}</h1>
      <p>{shell.notBuilt}</p>
    </>
  );
}
