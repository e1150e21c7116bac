import type { Command } from 'commander';
import type { Operator } from '../src/features/management.ts';
import { MANAGEMENT } from './features.ts';
import { withTables, withTablesOf } from './tables/open-tables.ts';

const OPERATOR: Operator = {
  withTables: (work) => withTables(({ manager }) => work(manager)),
  withTablesOf,
};

/** The commands that features bring. */
export const featureCommands = (): Command[] => MANAGEMENT.flatMap(({ commands }) => commands?.(OPERATOR) ?? []);
