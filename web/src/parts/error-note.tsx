import { ApiError } from '../api/errors.ts';
import { shell } from '../texts.ts';

/** An error in the server's words, with the id by which its log has the request. */
export function ErrorNote({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const id = error instanceof ApiError ? error.requestId : undefined;
  return (
    <div class="error-note" role="alert">
      <strong>{error instanceof Error ? error.message : String(error)}</strong>
      {id !== undefined && <div class="muted mono">{shell.requestId(id)}</div>}
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          {shell.tryAgain}
        </button>
      )}
    </div>
  );
}
