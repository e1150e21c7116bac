import type { SearchFilters } from '../rules/search-query.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import { and, isIn, isNotNull, isNull } from '../../../vastdb/predicate/builder.ts';
import type { Access } from '../../../tams/access/access.ts';
import { inView } from './access.ts';
import { EMBEDDINGS, SEGMENTS, VISIBLE_EMBEDDINGS } from '../search-tables.ts';
import type { ScannedBlock } from './vector-protocol.ts';
import { shifted } from './visible.ts';

/** A version whose vectors may be found. */
export interface VisibleVersion {
  readonly versionId: string;
  readonly bucket: string;
  readonly flowId: string | null;
  readonly flowLife: string | null;
  readonly sourceId: string | null;
  readonly language: string | null;
  readonly offsetNs: bigint;
  /** Goes up when its vectors change. */
  readonly revision: bigint;
}

/** The vectors of one version and model, with the filterable properties of their segments. */
export interface VectorBlock {
  readonly block: number;
  readonly versionId: string;
  readonly model: string;
  readonly vectors: Float32Array;
  readonly segmentIds: readonly string[];
  readonly speakers: readonly (string | null)[];
  readonly startsNs: BigInt64Array;
  readonly endsNs: BigInt64Array;
}

export async function readVisibleVersions(reader: ManagedReader): Promise<VisibleVersion[]> {
  const { rows } = await reader.select({
    table: VISIBLE_EMBEDDINGS,
    columns: ['version_id', 'bucket', 'flow_id', 'flow_life', 'source_id', 'language', 'offset_ns', 'revision'],
  });
  return rows.map(([versionId, bucket, flowId, flowLife, sourceId, language, offsetNs, revision]) => ({
    versionId,
    bucket,
    flowId,
    flowLife,
    sourceId,
    language,
    offsetNs,
    revision,
  }));
}

/** Among the flows of assets with vectors, the lives that the view may see. */
export async function readLivesInView(reader: ManagedReader, access: Access): Promise<Set<string>> {
  const { rows } = await reader.select({
    table: VISIBLE_EMBEDDINGS,
    columns: ['flow_life'],
    where: and([isNotNull('flow_life'), inView(access)]),
    distinct: true,
  });
  return new Set(rows.flatMap(([life]) => life ?? []));
}

/** The blocks of these versions; none of a version without vectors. `nextBlock` gives each a number of its own. */
export async function readBlocks(
  reader: ManagedReader,
  versionIds: readonly string[],
  nextBlock: () => number,
): Promise<VectorBlock[]> {
  const where = and([isIn('version_id', versionIds), isNull('deleted_ms')]);
  const segments = await reader.select({
    table: SEGMENTS,
    columns: ['id', 'speaker', 'start_ns', 'end_ns'],
    where,
  });
  const known = new Map(segments.rows.map(([id, ...attributes]): [string, Attributes] => [id, attributes]));
  const columns = ['version_id', 'model', 'segment_id', 'vector'] as const;
  const { rows } = await reader.select({ table: EMBEDDINGS, columns, where });
  const groups = new Map<string, VectorCells[]>();
  for (const cells of rows) {
    if (!known.has(cells[2])) continue;
    const key = `${cells[0]} ${cells[1]}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cells]);
    else group.push(cells);
  }
  return Array.from(groups.values(), (group) => toBlock(group, known, nextBlock()));
}

/** The rows of a block that pass the filters; undefined if none do. */
export function filterBlock(
  { block, segmentIds, speakers, startsNs, endsNs }: VectorBlock,
  version: VisibleVersion,
  filters: SearchFilters,
): ScannedBlock | undefined {
  const { bucket, flowId, sourceId, language, speaker, timerange } = filters;
  if (bucket !== undefined && bucket !== version.bucket) return undefined;
  if (flowId !== undefined && flowId !== version.flowId) return undefined;
  if (sourceId !== undefined && sourceId !== version.sourceId) return undefined;
  if (language !== undefined && language !== version.language) return undefined;
  if (speaker === undefined && timerange === undefined) return { block };
  if (timerange?.isEmpty === true) return undefined;
  const { start = null, end = null } = timerange === undefined ? {} : shifted(timerange, version.offsetNs);
  const rows: number[] = [];
  for (let row = 0; row < segmentIds.length; row += 1) {
    if (speaker !== undefined && speakers[row] !== speaker) continue;
    if (end !== null && (startsNs[row] ?? 0n) >= end) continue;
    if (start !== null && (endsNs[row] ?? 0n) <= start) continue;
    rows.push(row);
  }
  return rows.length === 0 ? undefined : { block, rows: Uint32Array.from(rows) };
}

type Attributes = [string | null, bigint, bigint];
type VectorCells = [string, string, string, Float32Array];

function toBlock(group: readonly VectorCells[], known: ReadonlyMap<string, Attributes>, block: number): VectorBlock {
  // The same order in every process, so that pages of equal scores fit together.
  const sorted = [...group].sort((a, b) => (a[2] < b[2] ? -1 : 1));
  const [versionId, model, , first] = sorted[0] ?? ['', '', '', new Float32Array()];
  const { length: dimension } = first;
  const vectors = new Float32Array(new SharedArrayBuffer(sorted.length * dimension * Float32Array.BYTES_PER_ELEMENT));
  const startsNs = new BigInt64Array(sorted.length);
  const endsNs = new BigInt64Array(sorted.length);
  const speakers: (string | null)[] = [];
  sorted.forEach(([, , segmentId, vector], row) => {
    const [speaker, startNs, endNs] = known.get(segmentId) ?? [null, 0n, 0n];
    vectors.set(vector, row * dimension);
    speakers.push(speaker);
    startsNs[row] = startNs;
    endsNs[row] = endNs;
  });
  const segmentIds = sorted.map(([, , segmentId]) => segmentId);
  return { block, versionId, model, vectors, segmentIds, speakers, startsNs, endsNs };
}
