import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { droppedFiles } from '../../bring-in/dropped.ts';
import { messageOf } from '../../bring-in/message.ts';
import { texts } from '../../texts/bring-in.ts';
import { queue, take } from './queue.ts';

/** Takes files, or makes the demo clip and brings it in. */
export function DropZone({ onError }: { readonly onError: (text: string | undefined) => void }) {
  const isOver = useSignal(false);
  const isMaking = useSignal(false);
  const input = useRef<HTMLInputElement>(null);

  const drop = async (event: DragEvent): Promise<void> => {
    event.preventDefault();
    isOver.value = false;
    onError(undefined);
    if (event.dataTransfer !== null) await take(await droppedFiles(event.dataTransfer));
  };
  const choose = async (list: FileList | null): Promise<void> => {
    onError(undefined);
    await take([...(list ?? [])].map((file) => ({ file })));
    // The same file may be chosen again.
    if (input.current !== null) input.current.value = '';
  };
  const loadDemo = async (): Promise<void> => {
    onError(undefined);
    isMaking.value = true;
    try {
      const { canMakeClip, makeDemoClip } = await import('../../bring-in/demo-clip.ts');
      if (!canMakeClip()) onError(texts.demo.insecure);
      else await queue.bringIn(await makeDemoClip());
    } catch (error) {
      onError(messageOf(error));
    } finally {
      isMaking.value = false;
    }
  };

  return (
    <div
      class={isOver.value ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => (isOver.value = false)}
      onDrop={(event) => void drop(event)}
    >
      <strong>{texts.drop.lead}</strong>
      <p class="muted">{texts.drop.how}</p>
      <div class="row">
        <label class="button first">
          {texts.drop.choose}
          <input
            ref={input}
            class="hidden"
            type="file"
            multiple
            onChange={({ currentTarget }) => void choose(currentTarget.files)}
          />
        </label>
        <button type="button" disabled={isMaking.value} onClick={() => void loadDemo()}>
          {isMaking.value ? texts.demo.making : texts.demo.load}
        </button>
      </div>
    </div>
  );
}
