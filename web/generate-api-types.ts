import { readFile, writeFile } from 'node:fs/promises';
import { apiTypes } from './api-types.ts';

// The page speaks the newest version.
const document = JSON.parse(await readFile(new URL('../openapi/openapi-8.2.json', import.meta.url), 'utf8')) as object;
await writeFile(new URL('src/api/schema.d.ts', import.meta.url), await apiTypes(document));
