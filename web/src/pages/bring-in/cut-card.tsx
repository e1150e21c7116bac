import { addressOf } from '../../address.ts';
import type { CutFile } from '../../bring-in/cut-file.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { shownSize } from '../../parts/shown.ts';
import { texts } from '../../texts/bring-in.ts';
import { cuts } from './queue.ts';

/** A cut, and the flow that it became. */
export function CutCard({ cut }: { readonly cut: CutFile }) {
  const flow = cut.flow.value;
  const error = cut.error.value;
  const phase = flow !== undefined ? 'done' : error !== undefined ? 'failed' : 'running';
  return (
    <li class="item" data-phase={phase}>
      <div class="row">
        <h2>{cut.file.name}</h2>
        <span class="muted">{shownSize(cut.file.size)}</span>
        <span class="phase">{texts.phases[phase]}</span>
        {flow !== undefined && (
          <a class="button first" href={addressOf(`flows/${flow.flow_id}`)}>
            {texts.open}
          </a>
        )}
        {error !== undefined && (
          <button type="button" class="first" onClick={() => void cut.bringIn()}>
            {texts.retry}
          </button>
        )}
        {phase !== 'running' && (
          <button type="button" class="plain" onClick={() => (cuts.value = cuts.value.filter((each) => each !== cut))}>
            {texts.remove}
          </button>
        )}
      </div>
      {error !== undefined && <ErrorNote error={error} />}
      {flow !== undefined && flow.warnings.length > 0 && (
        <>
          <p class="warn">{texts.cutWarnings}</p>
          <ul>
            {flow.warnings.map((warning, index) => (
              <li key={index}>{warning}</li>
            ))}
          </ul>
        </>
      )}
    </li>
  );
}
