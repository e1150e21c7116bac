import { serviceSchema } from '../../service/service-schemas.ts';
import type { Surface } from '../surface.ts';

/** TAMS 7.0, `schemas/service.json`. */
export const service: Surface['service'] = {
  schema: serviceSchema({}),
  show: ({ min_object_timeout: _, min_presigned_url_timeout: __, ...shown }) => shown,
};
