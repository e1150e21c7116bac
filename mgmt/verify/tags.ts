import { type Tags, wholeText } from '../../src/tams/documents/tags.ts';
import { FLOW_TAGS, FLOWS } from '../../src/tams/flows/flow-tables.ts';
import { SOURCE_TAGS, SOURCES } from '../../src/tams/sources/source-tables.ts';
import { insertTags, removeTags, type TagIndex } from '../../src/tams/documents/tag-index.ts';
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
  tags: TagIndex,
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
      const texts = textsOf(wanted);
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

/** The rows that the tags have: those of the whole texts, and those of the texts in lists. */
const textsOf = (tags: Tags): string[] =>
  Object.entries(tags).flatMap(([name, value]) => [
    textOf('whole', name, wholeText(value)),
    ...(typeof value === 'string' ? [] : [...new Set(value)].map((item) => textOf('item', name, item))),
  ]);

/** A cell has no lone surrogates: they are kept in the document alone. */
const textOf = (kind: 'whole' | 'item', name: string, value: string): string =>
  JSON.stringify([kind, name.toWellFormed(), value.toWellFormed()]);

async function tagsOfDocuments(reader: ManagedReader, table: string, where: Predicate): Promise<Map<string, Tags>> {
  const documents = await readDocuments<{ tags?: Tags }>(reader, table, where);
  return new Map([...documents].map(([id, { tags = {} }]) => [id, tags]));
}

async function rowsOf(
  reader: ManagedReader,
  { whole, items }: TagIndex,
  owners: readonly string[],
): Promise<Map<string, string[]>> {
  const byOwner = new Map<string, string[]>();
  for (const [kind, table] of [
    ['whole', whole],
    ['item', items],
  ] as const) {
    const { rows } = await reader.select({
      table,
      columns: ['owner_id', 'name', 'value'],
      where: isIn('owner_id', owners),
    });
    for (const [owner, name, value] of rows) {
      const texts = byOwner.get(owner) ?? [];
      texts.push(textOf(kind, name, value));
      byOwner.set(owner, texts);
    }
  }
  return byOwner;
}

export const tagIndex = checkRows(
  'tags',
  'tags have an owner, and are those of its document',
  ...Object.values(FLOW_TAGS).map(({ name }) => ownersOf(name, FLOWS.name, 'tags of flow')),
  ...Object.values(SOURCE_TAGS).map(({ name }) => ownersOf(name, SOURCES.name, 'tags of source')),
  indexOf(FLOW_TAGS, FLOWS.name, 'flow', notDeleting),
  indexOf(SOURCE_TAGS, SOURCES.name, 'source', (ids) => isIn('id', ids)),
);
