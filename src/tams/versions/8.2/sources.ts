import { collectionItem, OPTIONAL_ROLE } from '../../flows/collection-schemas.ts';
import { sourceListQuery } from '../../parameters.ts';
import { sourceSchema } from '../../sources/source-schemas.ts';
import type { Surface } from '../surface.ts';
import { tags } from './tags.ts';

const item = collectionItem(OPTIONAL_ROLE);

export const sources: Surface['sources'] = {
  listQuery: sourceListQuery,
  schema: sourceSchema({ tags: tags.all, collectionItem: item }),
  collectionItem: item,
  show: (text) => text,
};
