import { compileBody, type Validate } from '../../../http/validation/body-validator.ts';
import { descriptive, SERVER_MANAGED_FLOW_PROPERTIES } from '../../flows/flow-schemas.ts';
import { fault } from '../../flows/flow-validator.ts';
import type { ProfileInput } from '../../profiles/profile.ts';
import type { ProfileSurface } from '../../profiles/profile-routes.ts';
import { profileSchemas } from '../../profiles/profile-schemas.ts';
import { frameRateFault, parts } from './documents.ts';

const { input, inputs, shown } = profileSchemas(parts);

/** Properties that a flow has by itself: a profile does not give them. */
const OF_FLOWS = [
  ...Object.keys(descriptive(parts.tags, parts.collection)),
  ...Object.keys({ ...parts.given, ...parts.shown }),
  ...SERVER_MANAGED_FLOW_PROPERTIES,
];

/** TAMS 8.2, `schemas/profile.json`. */
export const profiles: ProfileSurface = { input, shown, validate: compileProfile() };

/** The body of a POST: the format of its flow metadata chooses the schema, so that errors speak of that format alone. */
function compileProfile(): Validate {
  const byFormat = new Map<unknown, Validate>([...inputs].map(([format, schema]) => [format, compileBody(schema)]));
  const validateAny = compileBody(input);
  return (body) => {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return fault('body', 'must be an object');
    // The server's own: ignored in requests.
    const { created: _, ...profile } = body as { created?: unknown; flow_metadata?: unknown };
    const { flow_metadata: metadata } = profile;
    if (typeof metadata !== 'object' || metadata === null) return validateAny(profile);
    const { format } = metadata as { format?: unknown };
    const validate = byFormat.get(format);
    if (validate === undefined) {
      return fault('body/flow_metadata/format', `must be one of ${[...inputs.keys()].join(', ')}`);
    }
    const own = OF_FLOWS.find((name) => name in metadata);
    if (own !== undefined) return fault(`body/flow_metadata/${own}`, 'is no technical property: each flow has its own');
    const result = validate(profile);
    if ('error' in result) return result;
    const error = frameRateFault((result.value as ProfileInput).flow_metadata, 'body/flow_metadata');
    return error === undefined ? result : { error };
  };
}
