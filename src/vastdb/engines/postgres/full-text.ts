import type { SelectRequest, TableDefinition, TextPhrase, TextQuery } from '../../engine.ts';
import { checkFullText, checkMatch, phraseNeedle, scoreText } from '../../query/text-match.ts';
import type { TableShape } from './catalogue.ts';
import { fullTextIndex, quoted } from './names.ts';
import { columnOf, compilePredicate, type CompileTarget, Parameters } from './predicate-compiler.ts';
import type { Statement, StatementContext } from './row-statements.ts';
import { storedText } from './text-cells.ts';

/** Columns that a match adds to a row. */
export const MATCH_COLUMNS = [
  { name: 'score', type: 'float64' },
  { name: 'total', type: 'float64' },
] as const;

const FUNCTION = '"_words_"';
/** A lexeme has 2,046 bytes at most, and a character 4. */
const LEXEME_CHARACTERS = 500;
/** A tsvector has 1 MiB at most. */
const VECTOR_BYTES = 1_000_000;
/** No word has a space: this stands for a text with too many words, which every search reads then. */
const TOO_LONG = ' ';

/**
 * The statements that create the index. The words are already folded, so no parser of PostgreSQL's touches them. The
 * index only tells which rows have the words; their places come from the text.
 *
 * @throws TableError `invalid` for a column that is none, or a table that is kept by a sort key.
 */
export function fullTextTexts(schema: string, definition: TableDefinition, fullText: string): string[] {
  checkFullText(definition, fullText);
  const { name } = definition;
  return [
    `CREATE OR REPLACE FUNCTION ${schema}.${FUNCTION}(words text) RETURNS tsvector ` +
      `LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT array_to_tsvector(CASE ` +
      `WHEN octet_length(words) > ${VECTOR_BYTES} THEN ARRAY['${TOO_LONG}'] ELSE ARRAY(` +
      `SELECT left(word, ${LEXEME_CHARACTERS}) FROM unnest(string_to_array(words, ' ')) AS word WHERE word <> '') END) $$`,
    `CREATE INDEX IF NOT EXISTS ${quoted(fullTextIndex(name))} ON ${schema}.${quoted(name)} ` +
      `USING gin (${schema}.${FUNCTION}(${quoted(fullText)}))`,
  ];
}

/**
 * A select with `match`. Rows are found, ranked and cut before the columns are read: most that match are not shown. The
 * scores count the rows that are found, and no others: they would tell of words in rows that the condition hides.
 *
 * @throws TableError `invalid` for what cannot be asked together.
 */
export function matchStatement(
  context: StatementContext,
  shape: TableShape,
  request: SelectRequest,
  query: TextQuery,
): Statement {
  checkMatch(request, query);
  const { limit, where } = request;
  const parameters = new Parameters();
  const target: CompileTarget = { ...context, parameters };
  const table = `${context.schema}."${shape.name}"`;
  const text = `"${columnOf(shape, query.column).name}"`;
  const has = (phrase: TextPhrase): string => `position(${parameters.bind(needleOf(phrase), 'text')} IN ${text}) > 0`;
  const conditions = [
    `${context.schema}.${FUNCTION}(${text}) @@ ${parameters.bind(lexemes(query), 'tsquery')}`,
    ...query.all.map((phrases) => `(${phrases.map(has).join(' OR ')})`),
    ...query.none.map((phrase) => `NOT ${has(phrase)}`),
    ...(where === undefined ? [] : [compilePredicate(target, shape, where)]),
  ];
  const phrases = query.all.flat();
  const counts = phrases.map((phrase, n) => {
    const needle = needleOf(phrase);
    const bound = parameters.bind(needle, 'text');
    return `(length(${text}) - length(replace(${text}, ${bound}, ''))) / ${Array.from(needle).length} AS count${n}`;
  });
  const having = phrases.map((_, n) => `(count(*) FILTER (WHERE count${n} > 0))::double precision AS having${n}`);
  const cells = request.columns.map((name) => `shown."${columnOf(shape, name).name}", `).join('');
  return {
    text:
      `WITH matched AS MATERIALIZED (SELECT "_rowid_" AS id, ` +
      `length(${text}) - length(replace(${text}, ' ', '')) - 1 AS size, ${counts.join(', ')} ` +
      `FROM ${table} WHERE ${conditions.join(' AND ')}), ` +
      `everything AS MATERIALIZED (SELECT count(*)::double precision AS total, ` +
      `avg(size)::double precision AS average, ${having.join(', ')} FROM matched), ` +
      `found AS MATERIALIZED (SELECT id, total, ${scoreText(query)} AS score FROM everything CROSS JOIN matched ` +
      `ORDER BY score DESC, id LIMIT ${parameters.bind(limit ?? null, 'bigint')}) ` +
      `SELECT ${cells}found.score, found.total FROM found JOIN ${table} AS shown ON shown."_rowid_" = found.id ` +
      'ORDER BY found.score DESC, found.id',
    values: parameters.values,
  };
}

const needleOf = (phrase: TextPhrase): string => storedText(phraseNeedle(phrase));

/**
 * The query for the index: finds at least the rows with the phrases. Words are quoted, so they contain no operators.
 */
function lexemes({ all }: TextQuery): string {
  const wanted = all.map((phrases) => `(${phrases.map(phraseLexemes).join(' | ')})`);
  return `(${wanted.join(' & ')}) | '${TOO_LONG}'`;
}

function phraseLexemes({ words, prefix }: TextPhrase): string {
  const quotedWords = words.map((word) => {
    const lexeme = Array.from(storedText(word)).slice(0, LEXEME_CHARACTERS).join('');
    return `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  });
  return `${quotedWords.join(' & ')}${prefix ? ':*' : ''}`;
}
