import { expect, it } from 'vitest';
import { memorySource } from '../../../../src/formats/exr/header/byte-source.ts';
import { checkChunks } from '../../../../src/formats/exr/header/chunk-table.ts';
import { readExrHeader } from '../../../../src/formats/exr/header/header.ts';
import { attribute, double, int, requiredAttributes, writeHeader } from '../../../support/exr-writer.ts';

it.each([
  ['none', attribute('chunkCount', 'int', int(0))],
  ['half of one', attribute('chunkCount', 'double', double(1.5))],
])('checks no table where the header counts %s: no file has so many chunks', async (_, chunkCount) => {
  const file = Buffer.concat([writeHeader({ parts: [requiredAttributes(chunkCount)] }), Buffer.alloc(64)]);
  const reads: number[] = [];
  const source = memorySource(file);
  const header = await readExrHeader(source);
  const counting = {
    ...source,
    read: (offset: number, length: number) => {
      reads.push(length);
      return source.read(offset, length);
    },
  };
  await expect(checkChunks(header, counting)).resolves.toBeUndefined();
  expect(reads).toEqual([]);
});
