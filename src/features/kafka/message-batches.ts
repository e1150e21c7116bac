import type { Message, MessagesStream } from '@platformatic/kafka';

export type RawMessage = Message;
type RawStream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;

/** The messages of a stream as they come, several at once where there are. Ends when aborted; throws what the stream fails with. */
export async function* messageBatches(
  stream: RawStream,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<RawMessage[]> {
  let wake: (() => void) | undefined;
  let failure: Error | undefined;
  const onChange = (): void => {
    wake?.();
  };
  // Listeners for all of its life: an error between two reads must not end the process.
  stream.on('readable', onChange);
  stream.on('close', onChange);
  stream.on('error', (error) => {
    failure = error;
    onChange();
  });
  signal.addEventListener('abort', onChange);
  try {
    while (!signal.aborted) {
      const batch: RawMessage[] = [];
      for (let next = read(stream); next !== null; next = batch.length < most ? read(stream) : null) batch.push(next);
      if (batch.length > 0) yield batch;
      else if (stream.destroyed || stream.readableEnded) throw failure ?? new Error('the stream of messages ended');
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (signal.aborted || stream.destroyed || stream.readableLength > 0) resolve();
        });
      if (failure !== undefined) throw failure;
    }
  } finally {
    signal.removeEventListener('abort', onChange);
  }
}

const read = (stream: RawStream): RawMessage | null => stream.read() as RawMessage | null;
