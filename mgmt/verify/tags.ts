import type { Tags } from '../../src/tams/documents/tags.ts';
import { FLOW_TAGS, FLOWS } from '../../src/tams/flows/flow-tables.ts';
import { SOURCE_TAGS, SOURCES } from '../../src/tams/sources/source-tables.ts';
import { insertTags, removeTags, type TagTable } from '../../src/tams/documents/tag-index.ts';
import type { ManagedReader } from '../../src/vastdb/managed-reader.ts';
import { isIn } from '../../src/vastdb/predicate/builder.ts';
import type { Predicate } from '../../src/vastdb/predicate/predicate.ts';
import { readDocuments } from './documents.ts';
import { checkRows, type Part, withoutOwner } from './row-check.ts';
import { notDeleting } from './segments.ts';

const ownersOf = (tags: string, owners: string, subject: string): Part =>
  withoutOwner({
    table: tags,
    column: 'owner_id',
    subject,
    owners,
    problem: 'has tags, and no row',
    deleting: 'deletes the tags',
  });

/** Tags that differ from those in the document of their owner. */
const indexOf = (
  tags: TagTable,
  owners: string,
  subject: string,
  living: (ids: readonly string[]) => Predicate,
): Part => ({
  table: owners,
  column: 'id',
  subject,
  look: async (reader, keys) => {
    const [documents, indexed] = [
      await tagsOfDocuments(reader, owners, living(keys)),
      await rowsOf(reader, tags, keys),
    ];
    const problems = new Map<string, string>();
    for (const [id, wanted] of documents) {
      const texts = Object.entries(wanted).map(([name, value]) => textOf(name, value));
      const present = indexed.get(id) ?? [];
      if (texts.sort().join() !== present.sort().join()) problems.set(id, 'its tags are not those that it is found by');
    }
    return problems;
  },
  repair: {
    does: 'rebuilds the index of its tags',
    mend: async (tx, keys) => {
      for (const [id, wanted] of await tagsOfDocuments(tx, owners, isIn('id', keys))) {
        await removeTags(tx, tags, id);
        await insertTags(tx, tags, id, wanted);
      }
    },
  },
});

/** A cell has no lone surrogates: they are kept in the document alone. */
const textOf = (name: string, value: string): string => JSON.stringify([name.toWellFormed(), value.toWellFormed()]);

async function tagsOfDocuments(reader: ManagedReader, table: string, where: Predicate): Promise<Map<string, Tags>> {
  const documents = await readDocuments<{ tags?: Tags }>(reader, table, where);
  return new Map([...documents].map(([id, { tags = {} }]) => [id, tags]));
}

async function rowsOf(
  reader: ManagedReader,
  table: TagTable,
  owners: readonly string[],
): Promise<Map<string, string[]>> {
  const { rows } = await reader.select({
    table,
    columns: ['owner_id', 'name', 'value'],
    where: isIn('owner_id', owners),
  });
  const byOwner = new Map<string, string[]>();
  for (const [owner, name, value] of rows) {
    const texts = byOwner.get(owner) ?? [];
    texts.push(textOf(name, value));
    byOwner.set(owner, texts);
  }
  return byOwner;
}

export const tagIndex = checkRows(
  'tags',
  'tags have an owner, and are those of its document',
  ownersOf(FLOW_TAGS.name, FLOWS.name, 'tags of flow'),
  ownersOf(SOURCE_TAGS.name, SOURCES.name, 'tags of source'),
  indexOf(FLOW_TAGS, FLOWS.name, 'flow', notDeleting),
  indexOf(SOURCE_TAGS, SOURCES.name, 'source', (ids) => isIn('id', ids)),
);
