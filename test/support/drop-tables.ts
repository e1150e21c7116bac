import { afterAll } from 'vitest';
import { dropAllTables } from './table-engine.ts';

// Vitest runs this before each file.
afterAll(dropAllTables);
