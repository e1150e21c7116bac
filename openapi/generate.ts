import { writeFile } from 'node:fs/promises';
import { VERSIONS } from '../src/tams/versions/surfaces.ts';
import { openApiFile, openApiText } from './document.ts';

for (const version of VERSIONS) {
  await writeFile(new URL(openApiFile(version), import.meta.url), await openApiText(version));
}
