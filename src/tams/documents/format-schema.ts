import { Type } from '../../shared/type-builder.ts';
import { Format } from './format.ts';

export const ContentFormat = Type.Enum([Format.video, Format.image, Format.audio, Format.data, Format.multi], {
  type: 'string',
  title: 'ContentFormat',
  description: 'The kind of content of a source or a flow.',
});
