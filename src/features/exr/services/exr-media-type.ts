import { EXR_MEDIA_TYPE } from '../../../formats/exr/frame-name.ts';
import type { MediaObject } from '../../../tams/objects/media-object.ts';

export const isExrName = (name: string): boolean => name.toLowerCase().endsWith('.exr');

/** Whether to inspect an object of a flow: by the flow's container, or the object's name. */
export const isExr = (container: string | null, { id, locations }: MediaObject): boolean =>
  locations !== null && (container === EXR_MEDIA_TYPE || isExrName(id));
