import type { TObject } from 'typebox';
import { AppError } from '../../shared/errors.ts';
import { compileBody, type Validate } from '../../http/validation/body-validator.ts';
import { SERVER_MANAGED_FLOW_PROPERTIES } from './flow-schemas.ts';

/**
 * The body of `PUT /flows/{flowId}`: its `format` chooses the schema, so that errors speak of that format alone.
 * Server-managed properties are dropped before the checks (TAMS, `schemas/flow-core.json`: implementations should
 * ignore it in a request).
 *
 * @param inputs the schemas by `format`
 */
export function compileFlow(inputs: ReadonlyMap<string, TObject>): Validate {
  const byFormat = new Map<unknown, Validate>([...inputs].map(([format, schema]) => [format, compileBody(schema)]));
  const formats = [...inputs.keys()].join(', ');

  return (body) => {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return fault('body', 'must be an object');
    const flow = withoutServerManaged(body);
    if (flow['format'] === undefined) return fault('body/format', 'is required');
    const validate = byFormat.get(flow['format']);
    if (validate === undefined) return fault('body/format', `must be one of ${formats}`);
    return validate(flow);
  };
}

/** As `compileFlow`, for a flow of one schema. */
export function compileFlowOf(schema: TObject): Validate {
  const validate = compileBody(schema);
  return (body) => validate(withoutServerManaged(body as object));
}

function withoutServerManaged(body: object): Record<string, unknown> {
  const flow: Record<string, unknown> = { ...body };
  for (const name of SERVER_MANAGED_FLOW_PROPERTIES) Reflect.deleteProperty(flow, name);
  return flow;
}

/** A refusal that names the property. */
export function fault(field: string, what: string): { error: AppError } {
  return { error: new AppError('invalid_request', `${field} ${what}`, { field }) };
}
