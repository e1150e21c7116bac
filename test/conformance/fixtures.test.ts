import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFacts, VERSIONS } from '../fixtures/tams/facts.ts';
import { TamsSpec } from '../support/tams-spec.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/tams');
/** The published definitions are no part of this repository. */
const PUBLISHED = join(import.meta.dirname, '../../../shared/tams');
const isThere = existsSync(PUBLISHED);

describe.each(VERSIONS)('the fixtures of TAMS %s', (version) => {
  const text = readFileSync(join(FIXTURES, `${version}.json`), 'utf8');

  it.skipIf(!isThere)('are what `npm run fixtures` makes of the definition (skipped where that is not there)', () => {
    expect(JSON.parse(text)).toEqual(readFacts(join(PUBLISHED, version)));
  });

  it('hold no sentences', () => {
    // Three words in a row; no pattern, name or value of the API has them.
    expect(text.match(/"[^"]*[a-z,] [A-Za-z]+ [a-z][^"]*"/g)).toBeNull();
  });

  it('have schemas that can be used, and that the examples are valid against', () => {
    const spec = new TamsSpec(version);
    for (const { id, parameters, requestBody, responses } of spec.operations) {
      for (const example of requestBody?.examples ?? []) {
        expect(spec.faults(requestBody?.schema ?? {}, example), id).toEqual([]);
      }
      for (const { schema } of [...parameters, ...Object.values(responses)]) spec.faults(schema ?? {}, undefined);
    }
  });
});
