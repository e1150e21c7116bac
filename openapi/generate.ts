import { writeFile } from 'node:fs/promises';
import { openApiText } from './document.ts';

await writeFile(new URL('./openapi.json', import.meta.url), await openApiText());
