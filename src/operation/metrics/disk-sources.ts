import { statfs } from 'node:fs/promises';
import type { MetricSource } from './metric-source.ts';
import { spaceOf } from '../disk-reserve.ts';

/** The disk of DATA_DIR. */
export function diskSources(dataDir: string, diskReserveBytes: number): MetricSource[] {
  return [
    {
      name: 'tams_data_dir_size_bytes',
      help: 'The size of the disk that DATA_DIR is on.',
      type: 'gauge',
      across: 'shared',
      read: async () => {
        const { blocks, bsize } = await statfs(dataDir);
        return [{ value: blocks * bsize }];
      },
    },
    {
      name: 'tams_data_dir_free_bytes',
      help: 'Its free space for this process.',
      type: 'gauge',
      across: 'shared',
      read: async () => {
        const { bavail, bsize } = await statfs(dataDir);
        return [{ value: bavail * bsize }];
      },
    },
    {
      name: 'tams_data_dir_reserve_bytes',
      help: 'Its reserve for deletions.',
      type: 'gauge',
      across: 'shared',
      read: async () => [{ value: spaceOf(await statfs(dataDir), diskReserveBytes).reserve }],
    },
  ];
}
