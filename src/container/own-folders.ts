import type { Config } from '../settings.ts';

type Places = Pick<Config, 'tables' | 'media' | 'dataDir'>;

/** The folders on disks of this machine that hold tables or media. */
export function ownFolders({ tables, media, dataDir }: Places): string[] {
  const folders = localMediaFolders(media);
  return tables.engine === 'sqlite' ? [dataDir, ...folders] : folders;
}

export const localMediaFolders = ({ backends }: Places['media']): string[] =>
  backends.flatMap((backend) => (backend.type === 'local' ? [backend.path] : []));
