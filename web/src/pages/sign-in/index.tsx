import { useTitle } from '../../parts/use-title.ts';
import { shell } from '../../texts.ts';

export default function SignInPage() {
  useTitle(shell.library);
  return (
    <>
      <h1>{shell.library}</h1>
      <p>{shell.notBuilt}</p>
    </>
  );
}
