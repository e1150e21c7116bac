import { LRUCache } from 'lru-cache';
import type { JsonText } from '../../shared/paging.ts';
import type { FlowDocument } from './flow-state.ts';

/** The text that a version of TAMS shows of a flow's text. */
export type ShowFlow = (text: JsonText) => JsonText;

interface KeptFlow {
  readonly flow: FlowDocument;
  readonly texts: Map<ShowFlow, JsonText>;
  /** The state of the tables that the flow was last read in. */
  dataVersion: number;
}

/** Texts of a flow that are kept beside its document: one for each version of TAMS. */
const TEXTS = 2;
/** Memory of an entry besides its texts. */
const ENTRY_OVERHEAD = 600;

/**
 * Flows as they were shown. One is shown again while nothing was committed, by any process; after a commit its row is read
 * again, and what is the same need not be printed again.
 */
export class KeptFlows {
  readonly #flows: LRUCache<string, KeptFlow>;

  constructor(maxBytes: number) {
    this.#flows = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ flow: { document, collectedBy } }) =>
        (document.length + collectedBy.length) * (1 + TEXTS) + ENTRY_OVERHEAD,
    });
  }

  /** Memory of the flows that are kept. */
  get bytes(): number {
    return this.#flows.calculatedSize;
  }

  /** The text, if it is known to be that of the present state. */
  get(id: string, show: ShowFlow, dataVersion: number): JsonText | undefined {
    const kept = this.#flows.get(id);
    return kept?.dataVersion === dataVersion ? kept.texts.get(show) : undefined;
  }

  /**
   * The text of a flow that was just read.
   *
   * @param dataVersion from before it was read: the flow may be newer than that, never older
   * @param print makes the text, unless it is known
   */
  shown(flow: FlowDocument, show: ShowFlow, dataVersion: number, print: () => JsonText): JsonText {
    let kept = this.#flows.peek(flow.id);
    if (kept === undefined || !isSame(kept.flow, flow)) {
      kept = { flow, texts: new Map(), dataVersion };
      this.#flows.set(flow.id, kept);
    }
    kept.dataVersion = dataVersion;
    let text = kept.texts.get(show);
    if (text === undefined) {
      text = print();
      kept.texts.set(show, text);
    }
    return text;
  }
}

const isSame = (one: FlowDocument, other: FlowDocument): boolean =>
  one.segmentsUpdated === other.segmentsUpdated &&
  one.collectedBy === other.collectedBy &&
  one.document === other.document;
