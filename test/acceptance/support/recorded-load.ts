import type { Answer, TamsClient } from '../../support/tams-client.ts';
import { consecutive, dataFlow } from './flows.ts';
import { contentOf, type FlowLedger, type SegmentsWrite } from './ledger.ts';

const OBJECTS_PER_FLOW = 12;
const SEGMENTS_PER_LIST = 120;
/** Where on the timeline a list begins; the seconds before it are for segments that come alone. */
const LIST_START = 100;

/** The server was killed while a request was under way: nobody knows whether it was done. */
class ConnectionLost extends Error {}

/** Clients that write to a server until it is killed, and write down what was acknowledged. */
export class RecordedLoad {
  readonly ledgers: FlowLedger[] = [];
  readonly #client: TamsClient;
  readonly #running: Promise<unknown>;
  #expectEnd = false;

  constructor(client: TamsClient, clients: number) {
    this.#client = client;
    this.#running = Promise.all(Array.from({ length: clients }, () => this.#write()));
    // Reported by finished(); without this a failure before that would end the test run.
    this.#running.catch(() => undefined);
  }

  /** From now on a lost connection is no failure. To be called right before the server is killed. */
  expectEnd(): void {
    this.#expectEnd = true;
  }

  /** Resolves when every client has lost its connection. Rejects if the server refused something before that. */
  async finished(): Promise<void> {
    await this.#running;
  }

  async #write(): Promise<void> {
    try {
      for (;;) await this.#writeFlow();
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    }
  }

  async #writeFlow(): Promise<void> {
    const ledger: FlowLedger = { flow: dataFlow(), labels: [], uploads: new Map(), segments: [] };
    const { flow } = ledger;
    this.ledgers.push(ledger);
    await this.#putLabel(ledger, 'first', 201);
    const allocation = await this.#expect(this.#client.allocate(flow.id, { limit: OBJECTS_PER_FLOW }), 201);
    const objects = allocation.body.media_objects;
    await Promise.all(
      objects.map(async (object) => {
        ledger.uploads.set(object.object_id, 'sent');
        const upload = this.#client.upload(object, contentOf(object.object_id));
        await this.#expect(
          upload.then((status) => ({ status })),
          200,
        );
        ledger.uploads.set(object.object_id, 'acknowledged');
      }),
    );
    const [first, second] = consecutive(objects, 0);
    if (first === undefined || second === undefined) throw new Error('Too few objects were allocated.');
    await this.#postSegments(ledger, [first]);
    const list = Array.from({ length: SEGMENTS_PER_LIST }, (_, index) => objects[index % objects.length] ?? objects);
    await Promise.all([
      this.#postSegments(ledger, [second]),
      this.#postSegments(ledger, consecutive(list.flat(), LIST_START)),
    ]);
    await this.#putLabel(ledger, 'second', 204);
    await this.#deleteSegments(ledger);
  }

  async #putLabel(ledger: FlowLedger, label: string, status: number): Promise<void> {
    const entry: FlowLedger['labels'][number] = { label, progress: 'sent' };
    ledger.labels.push(entry);
    await this.#expect(this.#client.putFlow({ ...ledger.flow, label }), status);
    entry.progress = 'acknowledged';
  }

  async #postSegments({ flow, segments: writes }: FlowLedger, segments: SegmentsWrite['segments']): Promise<void> {
    const write: SegmentsWrite = { segments, progress: 'sent' };
    writes.push(write);
    const [only] = segments;
    const body = segments.length === 1 && only !== undefined ? only : segments;
    await this.#expect(this.#client.postSegments(flow.id, body), 201);
    write.progress = 'acknowledged';
  }

  /** Deletes the segment that was registered first. */
  async #deleteSegments(ledger: FlowLedger): Promise<void> {
    const [write] = ledger.segments;
    const timerange = write?.segments[0]?.timerange;
    if (write === undefined || timerange === undefined) throw new Error('There is no segment to delete.');
    ledger.deletion = { write, progress: 'sent' };
    const path = `/flows/${ledger.flow.id}/segments?timerange=${encodeURIComponent(timerange)}`;
    await this.#expect(this.#client.request('DELETE', path), 204);
    ledger.deletion.progress = 'acknowledged';
  }

  async #expect<Result extends Pick<Answer<unknown>, 'status'>>(
    sent: Promise<Result>,
    status: number,
  ): Promise<Result> {
    const answer = await sent.catch((error: unknown) => {
      throw this.#expectEnd ? new ConnectionLost() : error;
    });
    if (answer.status !== status) throw new Error(`Expected was ${status}, answered ${JSON.stringify(answer)}`);
    return answer;
  }
}
