import { writeFile } from 'node:fs/promises';
import { TABLES_DOCUMENT, tablesDocument } from './document.ts';

await writeFile(TABLES_DOCUMENT, await tablesDocument());
