import { Type } from '../../../shared/type-builder.ts';
import { Timestamp } from '../../../http/schemas/common.ts';
import { serviceSchema } from '../../service/service-schemas.ts';
import type { Surface } from '../surface.ts';

/** TAMS 8.2, `schemas/service.json`. */
export const service: Surface['service'] = {
  schema: serviceSchema({ min_object_timeout: Timestamp, min_presigned_url_timeout: Type.Optional(Timestamp) }),
  show: (shown) => shown,
};
