import { writeFile } from 'node:fs/promises';
import { VERSIONS } from '../src/tams/versions/surfaces.ts';
import { apiTypes } from '../web/api-types.ts';
import { openApiFile, openApiText } from './document.ts';

const texts = new Map<string, string>();
for (const version of VERSIONS) {
  const text = await openApiText(version);
  texts.set(version, text);
  await writeFile(new URL(openApiFile(version), import.meta.url), text);
}
// The page speaks the newest version.
const newest = JSON.parse(texts.get(VERSIONS.at(-1) ?? '') ?? '') as object;
await writeFile(new URL('../web/src/api/schema.d.ts', import.meta.url), await apiTypes(newest));
