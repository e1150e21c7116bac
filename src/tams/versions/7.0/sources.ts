import { collectionItem, REQUIRED_ROLE } from '../../flows/collection-schemas.ts';
import { sourceListQuery } from '../../parameters.ts';
import { sourceSchema } from '../../sources/source-schemas.ts';
import type { ShownSource } from '../../sources/source.ts';
import type { Surface } from '../surface.ts';
import { translated, without } from '../translate.ts';
import { tags } from './tags.ts';

const item = collectionItem(REQUIRED_ROLE);

/** Sources with lists among their tags, or with members, whose roles may be left out. */
const MAY_DIFFER = /"source_collection":\[\{|:\["|:\[\]/;

export const sources: Surface['sources'] = {
  listQuery: without(sourceListQuery, ['sort_by', 'reverse_order', 'collected_by_ids']),
  schema: sourceSchema({ tags: tags.all, collectionItem: item }),
  collectionItem: item,
  show: (text) => translated(text, (source) => MAY_DIFFER.test(source), show),
};

function show({ tags: given, source_collection: members, ...rest }: ShownSource): ShownSource {
  return {
    ...rest,
    ...(given && { tags: tags.showAll(given) }),
    ...(members && { source_collection: members.map(({ id, role = '' }) => ({ id, role })) }),
  };
}
