import { signal } from '@preact/signals';
import { serverRoot } from '../address.ts';
import { send } from '../api/client.ts';

/** The flow that a cut became. */
interface MadeFlow {
  readonly flow_id: string;
  readonly warnings: readonly string[];
}

let made = 0;

/** A cut of OpenTimelineIO, which becomes a flow by reference: there is nothing to upload. */
export class CutFile {
  /** For lists of them. */
  readonly key = made++;
  readonly file: File;
  readonly flow = signal<MadeFlow | undefined>(undefined);
  readonly error = signal<unknown>(undefined);

  constructor(file: File) {
    this.file = file;
  }

  /** Makes the flow, or says why not. */
  async bringIn(): Promise<void> {
    this.error.value = undefined;
    try {
      const headers = { 'content-type': 'application/vnd.otio+json' };
      const body = await this.file.text();
      const answer = await send(new Request(`${serverRoot}playback/otio`, { method: 'POST', headers, body }));
      this.flow.value = (await answer.json()) as MadeFlow;
    } catch (error) {
      this.error.value = error;
    }
  }
}

export const isCut = ({ name }: File): boolean => /\.otio$/i.test(name);
