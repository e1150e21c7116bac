import type { GivenFile } from './item.ts';

/** The files of a drop, with their handles where the browser has them; folders are left out. */
export async function droppedFiles(transfer: DataTransfer): Promise<GivenFile[]> {
  // All of it has to be taken before the event ends.
  const taken = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({
      file: item.getAsFile(),
      isFolder: item.webkitGetAsEntry()?.isDirectory === true,
      handle: (item as { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> }).getAsFileSystemHandle?.(),
    }));
  const given = await Promise.all(
    taken.map(async ({ file, isFolder, handle }): Promise<GivenFile | undefined> => {
      const found = await handle?.catch(() => null);
      if (file === null || isFolder) return undefined;
      return { file, ...(found?.kind === 'file' && { handle: found as FileSystemFileHandle }) };
    }),
  );
  return given.filter((each) => each !== undefined);
}
