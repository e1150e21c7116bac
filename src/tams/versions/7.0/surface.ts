import type { Surface } from '../surface.ts';
import { flows, sources, tags, withoutNewer } from './documents.ts';
import { Type } from '../../../shared/type-builder.ts';
import { type CheckItem, compileOneOrMany, compileOptionalBody } from '../../../http/validation/body-validator.ts';
import { deletionRequestListQuery, objectQuery, segmentListQuery } from '../../parameters.ts';
import { segmentInput, segmentSchema, segmentsInput } from '../../segments/segment-schemas.ts';
import { segments as newestSegments, storage as newestStorage } from '../8.2/surface.ts';
import { orNewer, without } from '../translate.ts';
import { objectSchema } from '../../objects/object-schemas.ts';
import { storageAllocation, storageRequest } from '../../storage/storage-schemas.ts';
import { serviceSchema } from '../../service/service-schemas.ts';
import { pagingHeaders } from '../../../http/schemas/responses.ts';

const segmentItem = segmentInput(Type.Optional(Type.String()), {});

/** They would be kept as unknown properties, and mean something to clients of the other version. */
const NEWER_OF_SEGMENTS = ['init_object_id', 'object_timerange', 'init_object'];

const segmentWithoutNewer: CheckItem = (segment) => {
  const property = NEWER_OF_SEGMENTS.find((name) => name in (segment as object));
  return property === undefined ? undefined : { property, problem: 'is not a property of TAMS 7.0' };
};

/** TAMS 7.0, `schemas/flow-segment*.json`. */
const segments: Surface['segments'] = {
  listQuery: without(segmentListQuery, [
    'storage_backend_tag.{name}',
    'storage_backend_tag_exists.{name}',
    'include_object_timerange',
  ]),
  shown: segmentSchema({}),
  input: segmentsInput(segmentItem),
  validate: (maxItems) =>
    orNewer(
      compileOneOrMany(segmentItem, maxItems, 'segments', segmentWithoutNewer),
      newestSegments.validate(maxItems),
    ),
  details: () => ({ init: false, objectTimerange: false }),
  // Clients that know no ranges of objects use parts of them at any time.
  fitRanges: false,
};

/** TAMS 7.0, `schemas/object.json`. */
const objects: Surface['objects'] = {
  query: without(objectQuery, [
    'verbose_storage',
    'accept_get_urls',
    'accept_storage_ids',
    'presigned',
    'flow_tag.{name}',
    'flow_tag_exists.{name}',
    'storage_backend_tag.{name}',
    'storage_backend_tag_exists.{name}',
  ]),
  schema: objectSchema({}),
  hasDetails: false,
};

const storageInput = storageRequest({});

/** TAMS 7.0, `schemas/flow-storage*.json`. */
const storage: Surface['storage'] = {
  input: storageInput,
  validate: orNewer(
    withoutNewer(['content_type', 'presigned'], compileOptionalBody(storageInput)),
    newestStorage.validate,
  ),
  schema: storageAllocation({}),
  show: ({ media_objects: objects }) => ({
    media_objects: objects.map(({ object_id, put_url }) => ({ object_id, put_url })),
  }),
};

/** TAMS 7.0, `schemas/service.json`. */
const service: Surface['service'] = {
  schema: serviceSchema({}),
  show: ({ min_object_timeout: _, min_presigned_url_timeout: __, ...shown }) => shown,
};

/** TAMS 7.0 has no orders to choose from. */
const listings: Surface['listings'] = {
  headers: pagingHeaders,
  orderOf: () => undefined,
  deletionRequestQuery: without(deletionRequestListQuery, ['sort_by', 'reverse_order']),
};

/** TAMS 7.0. */
export const surface70: Surface = {
  version: '7.0',
  tags,
  listings,
  flows,
  sources,
  segments,
  objects,
  storage,
  service,
};
