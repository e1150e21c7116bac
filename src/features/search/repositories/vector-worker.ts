import { answerCalls } from '../../../shared/worker-calls.ts';
import { BestRows } from './best-rows.ts';
import { DotProducts } from './dot-products/dot-products.ts';
import type { FoundVectors, VectorRequest } from './vector-protocol.ts';

/** The thread that scans vectors. Their memory is shared with the main thread, so nothing is copied here. */
const kept = new Map<number, Float32Array>();

type Scan = Extract<VectorRequest, { kind: 'scan' }>;

answerCalls((request: VectorRequest): FoundVectors | undefined => {
  switch (request.kind) {
    case 'add':
      kept.set(request.block, request.vectors);
      return undefined;
    case 'remove':
      kept.delete(request.block);
      return undefined;
    case 'scan':
      return scan(request);
  }
});

function scan({ query, blocks, count, minScore }: Scan): FoundVectors {
  const best = new BestRows(count);
  const products = new DotProducts(query);
  const firsts: number[] = [];
  let order = 0;
  let waiting = 0;
  let total = 0;
  const score = (): void => {
    const scores = products.of(waiting);
    const first = order - waiting;
    for (let index = 0; index < waiting; index += 1) {
      const value = scores[index] ?? 0;
      if (value <= minScore) continue;
      total += 1;
      best.offer(value, first + index);
    }
    waiting = 0;
  };
  for (const { block, rows } of blocks) {
    const vectors = kept.get(block) ?? new Float32Array();
    const length = rows?.length ?? vectors.length / query.length;
    firsts.push(order);
    for (let row = 0; row < length;) {
      // Picked rows do not lie next to each other.
      const taken = rows === undefined ? Math.min(length - row, products.capacity - waiting) : 1;
      const from = (rows === undefined ? row : (rows[row] ?? 0)) * query.length;
      products.vectors.set(vectors.subarray(from, from + taken * query.length), waiting * query.length);
      row += taken;
      order += taken;
      waiting += taken;
      if (waiting === products.capacity) score();
    }
  }
  score();
  return { total, ...locate(best.take(), blocks, firsts) };
}

/** From positions in the order of the scan to blocks and their rows. */
function locate(
  found: readonly { score: number; order: number }[],
  blocks: Scan['blocks'],
  firsts: readonly number[],
): Pick<FoundVectors, 'blocks' | 'rows' | 'scores'> {
  const located = {
    blocks: new Uint32Array(found.length),
    rows: new Uint32Array(found.length),
    scores: new Float64Array(found.length),
  };
  found.forEach(({ score, order }, index) => {
    let low = 0;
    let high = firsts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((firsts[middle] ?? 0) <= order) low = middle;
      else high = middle - 1;
    }
    const row = order - (firsts[low] ?? 0);
    located.blocks[index] = blocks[low]?.block ?? 0;
    located.rows[index] = blocks[low]?.rows?.[row] ?? row;
    located.scores[index] = score;
  });
  return located;
}
