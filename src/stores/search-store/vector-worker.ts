import { parentPort } from 'node:worker_threads';
import { BestRows } from './best-rows.ts';
import type { VectorRequest, VectorResponse } from './vector-protocol.ts';

/** The thread that scans vectors. Their memory is shared with the main thread, so nothing is copied here. */
const kept = new Map<number, Float32Array>();

type Scan = Extract<VectorRequest, { kind: 'scan' }>;

parentPort?.on('message', (request: VectorRequest) => {
  switch (request.kind) {
    case 'add':
      kept.set(request.block, request.vectors);
      break;
    case 'remove':
      kept.delete(request.block);
      break;
    case 'scan':
      parentPort?.postMessage(scan(request));
  }
});

function scan({ id, query, blocks, count, minScore }: Scan): VectorResponse {
  const best = new BestRows(count);
  const firsts: number[] = [];
  let order = 0;
  let total = 0;
  for (const { block, rows } of blocks) {
    const vectors = kept.get(block) ?? new Float32Array();
    const length = rows?.length ?? vectors.length / query.length;
    firsts.push(order);
    for (let index = 0; index < length; index += 1) {
      const score = dot(vectors, (rows === undefined ? index : (rows[index] ?? 0)) * query.length, query);
      if (score > minScore) {
        total += 1;
        best.offer(score, order + index);
      }
    }
    order += length;
  }
  return { id, total, ...locate(best.take(), blocks, firsts) };
}

/** Four sums at a time, which the processor adds up side by side. Elements are there: asking would double the time. */
function dot(vectors: Float32Array, offset: number, query: Float32Array): number {
  const whole = query.length & ~3;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let index = 0; index < whole; index += 4) {
    const at = offset + index;
    a += (vectors[at] as number) * (query[index] as number);
    b += (vectors[at + 1] as number) * (query[index + 1] as number);
    c += (vectors[at + 2] as number) * (query[index + 2] as number);
    d += (vectors[at + 3] as number) * (query[index + 3] as number);
  }
  for (let index = whole; index < query.length; index += 1) {
    a += (vectors[offset + index] as number) * (query[index] as number);
  }
  return a + b + c + d;
}

/** From positions in the order of the scan to blocks and their rows. */
function locate(
  found: readonly { score: number; order: number }[],
  blocks: Scan['blocks'],
  firsts: readonly number[],
): Pick<VectorResponse, 'blocks' | 'rows' | 'scores'> {
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
