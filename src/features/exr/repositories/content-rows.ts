import type { ExrAttribute } from '../../../formats/exr/attributes/attribute.ts';
import { attributeColumns } from '../../../formats/exr/attributes/attribute-columns.ts';
import { EXR_EMBEDDING_VERSION } from '../rules/embedding/metadata-embedding.ts';
import type { ExrChannel } from '../../../formats/exr/header/channel-list.ts';
import type { ExrInspection, ExrVectors } from '../rules/inspection.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { eq, isIn } from '../../../vastdb/predicate/builder.ts';
import type { Row } from '../../../vastdb/query/select-query.ts';
import { toPart, toPartRow } from './part-rows.ts';
import { EXR_ATTRIBUTES, EXR_CHANNELS, EXR_EMBEDDINGS, EXR_PARTS } from '../exr-tables.ts';
import { searchable, valueKeeper } from './text-limits.ts';

/** The rows below the row of a file: written and deleted as a whole. */
export type Content = Pick<ExrInspection, 'parts' | 'channels' | 'attributes'>;

const CONTENT_TABLES = [EXR_PARTS, EXR_CHANNELS, EXR_ATTRIBUTES, EXR_EMBEDDINGS];

/** @returns how many rows that were. */
export async function insertContent(
  tx: ManagedTransaction,
  fileId: string,
  { parts, channels, attributes }: Content,
  vectors: ExrVectors,
): Promise<number> {
  const partRows = parts.map((part, index) => {
    const fingerprint = vectors.channels[index];
    if (fingerprint === undefined) throw new TypeError('a part came without its fingerprint');
    return toPartRow(fileId, part, fingerprint);
  });
  let count = await tx.insert(EXR_PARTS.name, partRows);
  count += await tx.insert(
    EXR_CHANNELS.name,
    channels.map((channel, position) => ({ file_id: fileId, position, ...channel })),
  );
  const kept = valueKeeper();
  count += await tx.insert(
    EXR_ATTRIBUTES.name,
    attributes.map((attribute, position) => toAttributeRow(fileId, attribute, position, kept)),
  );
  const embedding = { file_id: fileId, embedding_version: EXR_EMBEDDING_VERSION, vector: vectors.metadata };
  return count + (await tx.insert(EXR_EMBEDDINGS.name, [embedding]));
}

/** @returns how many rows that were. */
export async function removeContent(tx: ManagedTransaction, fileIds: readonly string[]): Promise<number> {
  let count = 0;
  for (const { name } of CONTENT_TABLES) count += await tx.delete(name, isIn('file_id', fileIds));
  return count;
}

/** Rows of each of the files; three queries, however many files. */
export async function readContent(reader: ManagedReader, fileIds: readonly string[]): Promise<Map<string, Content>> {
  if (fileIds.length === 0) return new Map();
  const select = (table: string, order: string): Promise<Row[]> =>
    reader.selectRows({
      table,
      where: fileIds.length === 1 ? eq('file_id', fileIds[0] ?? '') : isIn('file_id', fileIds),
      orderBy: [
        { column: 'file_id', direction: 'asc' },
        { column: order, direction: 'asc' },
      ],
    });
  const [parts, channels, attributes] = await Promise.all([
    select(EXR_PARTS.name, 'part'),
    select(EXR_CHANNELS.name, 'position'),
    select(EXR_ATTRIBUTES.name, 'position'),
  ]);
  const partsOf = byFile(parts);
  const channelsOf = byFile(channels);
  const attributesOf = byFile(attributes);
  return new Map(
    fileIds.map((id) => [
      id,
      {
        parts: (partsOf.get(id) ?? []).map(toPart),
        channels: (channelsOf.get(id) ?? []).map(toChannel),
        attributes: (attributesOf.get(id) ?? []).map(toAttribute),
      },
    ]),
  );
}

const byFile = (rows: readonly Row[]): Map<string, Row[]> => Map.groupBy(rows, (row) => row['file_id'] as string);

function toAttributeRow(
  fileId: string,
  attribute: ExrAttribute,
  position: number,
  kept: (json: string) => string | null,
): Row {
  const { value_text, value_number, value_json } = attributeColumns(attribute);
  const { part, name, type, size } = attribute;
  return {
    file_id: fileId,
    part,
    position,
    name,
    type,
    size: BigInt(size),
    value_text: searchable(value_text),
    value_number,
    value_json: kept(value_json),
  };
}

function toAttribute(row: Row): ExrAttribute {
  const json = row['value_json'] as string | null;
  return {
    part: row['part'] as number,
    name: row['name'] as string,
    type: row['type'] as string,
    size: Number(row['size']),
    value: json === null ? null : (JSON.parse(json) as ExrAttribute['value']),
  };
}

const toChannel = (row: Row): ExrChannel => ({
  part: row['part'] as number,
  name: row['name'] as string,
  layer: row['layer'] as string,
  component: row['component'] as string,
  pixel_type: row['pixel_type'] as ExrChannel['pixel_type'],
  x_sampling: row['x_sampling'] as number,
  y_sampling: row['y_sampling'] as number,
  linear: row['linear'] as boolean,
});
