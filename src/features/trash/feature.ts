import type { Feature } from '../feature.ts';
import { TRASH_VARIABLES, readSoftDelete, type SoftDeleteConfig } from './trash-settings.ts';
import { DELETED_SEGMENTS, holdsAny, TRASH_TABLES } from './trash-tables.ts';

/** Deletions that can be undone (docs/adr/0016-soft-delete.md). */
export const trash: Feature<SoftDeleteConfig> = {
  variables: TRASH_VARIABLES,
  settings: readSoftDelete,
  // There even while it is switched off: something may be left of a time when it was on.
  tables: () => TRASH_TABLES,
  management: () => Promise.resolve({ segmentTables: [{ name: DELETED_SEGMENTS.name, place: 'of the trash' }] }),
  open: async (platform, config) => {
    if (!config.enabled && !(await holdsAny(platform.manager.reader(), Number.MAX_SAFE_INTEGER))) return undefined;
    const { openTrash } = await import('./open-trash.ts');
    return openTrash(platform, config);
  },
};
