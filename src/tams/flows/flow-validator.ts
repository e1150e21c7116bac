import { Format } from '../documents/format.ts';
import { AppError } from '../../shared/errors.ts';
import {
  AudioFlowInput,
  DataFlowInput,
  ImageFlowInput,
  MultiFlowInput,
  SERVER_MANAGED_FLOW_PROPERTIES,
  VideoFlowInput,
} from './flow-schemas.ts';
import type { Validate } from '../../http/validation/body-validator.ts';
import { compileBody } from '../../http/validation/body-validator.ts';

/**
 * The body of `PUT /flows/{flowId}`: its `format` chooses the schema, so that errors speak of that format alone.
 * Server-managed properties are dropped before the checks (TAMS 7.0, `schemas/flow-core.json`: implementations should
 * ignore it in a request).
 */
export function compileFlow(): Validate {
  const byFormat = new Map<unknown, Validate>([
    [Format.video, compileBody(VideoFlowInput)],
    [Format.audio, compileBody(AudioFlowInput)],
    [Format.image, compileBody(ImageFlowInput)],
    [Format.data, compileBody(DataFlowInput)],
    [Format.multi, compileBody(MultiFlowInput)],
  ]);
  const formats = [...byFormat.keys()].join(', ');

  return (body) => {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return fault('body', 'must be an object');
    const flow: Record<string, unknown> = { ...body };
    for (const name of SERVER_MANAGED_FLOW_PROPERTIES) Reflect.deleteProperty(flow, name);
    if (flow['format'] === undefined) return fault('body/format', 'is required');
    const validate = byFormat.get(flow['format']);
    if (validate === undefined) return fault('body/format', `must be one of ${formats}`);
    return validate(flow);
  };
}

function fault(field: string, what: string): { error: AppError } {
  return { error: new AppError('invalid_request', `${field} ${what}`, { field }) };
}
