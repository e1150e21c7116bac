import { Type } from '../../shared/type-builder.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { ERROR_CODES } from '../../shared/errors.ts';
import { DateTime } from './common.ts';

/** The cause of a failed deletion or segment (TAMS 7.0, `schemas/error.json`). */
export const ErrorSchema = Type.Object(
  {
    type: Type.String({ description: 'A stable code.' }),
    summary: Type.String(),
    traceback: Type.Optional(Type.Array(Type.String())),
    time: DateTime,
  },
  { title: 'Error' },
);

/** The body of every error response: TAMS's error object, for browsers' clients with `message` too. */
export const ErrorResponse = Type.Object(
  {
    type: Type.Enum(Object.keys(ERROR_CODES) as ErrorCode[], {
      type: 'string',
      description: 'A stable code; docs/errors.md lists them.',
    }),
    summary: Type.String(),
    time: DateTime,
    message: Type.String({ description: 'The same as `summary`.' }),
    request_id: Type.String({ description: 'Finds the request in the log of the server.' }),
    trace_id: Type.Optional(Type.String({ description: 'Finds the request in the traces, where it is traced.' })),
  },
  { title: 'ErrorResponse' },
);
