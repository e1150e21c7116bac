import { readExrHeader } from '../../formats/exr/header/header.ts';
import { ExrError } from '../../formats/exr/header/exr-error.ts';
import { checkChunks } from '../../formats/exr/header/chunk-table.ts';
import { FIRST_READ_BYTES } from '../../formats/exr/header/limits.ts';
import { EXR_MEDIA_TYPE } from '../../formats/exr/media-type.ts';
import { ObjectChanged, openMediaSource } from '../../media/media-source.ts';
import type { MediaStore } from '../../media/media-store.ts';
import { AppError } from '../../shared/errors.ts';
import { Format } from '../../tams/documents/format.ts';
import { imageEssence } from '../../tams/essence/image-essence.ts';
import type { Probe } from './probe.ts';
import { Gone, Refused } from './refused.ts';

/** Reads the headers of EXR files: one request each, for a common header. */
export function frameProbe(store: MediaStore): Probe {
  return async ({ key }) => {
    try {
      const { source, bytes, info } = await openMediaSource(store, key, FIRST_READ_BYTES);
      const header = await readExrHeader(source);
      await checkChunks(header, source);
      const [part] = header.parts;
      if (part === undefined) throw new Refused('it has no picture');
      const essence = imageEssence(part.displayWindow, part.pixelAspectRatio);
      const flow = {
        format: Format.image,
        codec: EXR_MEDIA_TYPE,
        container: EXR_MEDIA_TYPE,
        essence_parameters: essence,
        tags: { exr_compression: part.compression },
      };
      const coding = `${essence.frame_width}x${essence.frame_height}`;
      const flows = [{ id: '', source_id: '', label: '', ...flow }];
      return { flows, coding, startNs: 0n, endNs: 0n, frameNs: 0n, size: info.size, beginning: { bytes, info } };
    } catch (error) {
      if (error instanceof ExrError) throw new Refused(`${error.kind}: ${error.message}`);
      if (error instanceof ObjectChanged) throw new Refused('it was replaced while it was read');
      if (error instanceof AppError && error.code === 'not_found') {
        throw new Gone();
      }
      throw error;
    }
  };
}
