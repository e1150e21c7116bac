import type { TSchema } from 'typebox';
import { operation } from '../../../http/operation.ts';
import { badBody, ErrorResponse, json, notFound, pagingHeaders, readOnly } from '../../../http/schemas/responses.ts';
import { sendJson } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import {
  ExrInspectRequest,
  ExrRegisterRequest,
  exrUploadQuery,
  ExrValidateRequest,
  INSPECT_FORMS,
  VALIDATE_FORMS,
  validateQuery,
} from '../schemas/exr-requests.ts';
import { ExrInspectionSchema, ExrRegisteredSchema, ExrValidationSchema } from '../schemas/exr.ts';
import type { ExrContext } from './exr-context.ts';
import { exrFiles } from './exr-files.ts';
import { AppError } from '../../../shared/errors.ts';
import { EXR_RULES } from '../schemas/exr-policy.ts';
import { compileBody, type Validate } from '../../../http/validation/body-validator.ts';

/** Larger headers are refused by the parser too. */
const UPLOAD_MAX_BYTES = 16 * 1024 * 1024;

/** Metadata of EXR files, beyond TAMS. */
export async function exrRoutes(app: TamsApp, context: ExrContext): Promise<void> {
  exrInspection(app, context);
  exrFiles(app, context);
  exrChecks(app, context);
  await app.register(async (uploads: TamsApp) => {
    uploads.removeAllContentTypeParsers();
    const types = ['application/octet-stream', 'image/x-exr'];
    uploads.addContentTypeParser(types, { parseAs: 'buffer', bodyLimit: UPLOAD_MAX_BYTES }, (_request, body, done) => {
      done(null, body);
    });
    exrUpload(uploads, context);
  });
}

const notExr = json('This is no OpenEXR file whose header can be read; the summary says why.', ErrorResponse);

/** `POST /exr/inspect`. */
function exrInspection(app: TamsApp, { exr }: Pick<ExrContext, 'exr'>): void {
  operation(app, {
    method: 'POST',
    url: '/exr/inspect',
    name: 'exr-inspect',
    tag: 'EXR metadata',
    summary: 'Read the header of an EXR file, and keep what it says',
    description: 'May be repeated: an unchanged header only changes the time of the inspection.',
    schema: { body: ExrInspectRequest },
    validateBody: compileByProperty(INSPECT_FORMS),
    responses: {
      200: json('All that the header says, and what became of the rows.', ExrInspectionSchema),
      400: badBody,
      404: notFound,
      422: notExr,
    },
    handler: async (request, reply) => {
      const { inspection } = exr(request);
      const { body } = request;
      const found = 'object_id' in body ? inspection.object(body.object_id) : inspection.key(body.bucket, body.key);
      return sendJson(reply, JSON.stringify(await found));
    },
  });
}

/** `POST /exr/inspect/upload`: on an application whose bodies are bytes. */
function exrUpload(app: TamsApp, { exr }: Pick<ExrContext, 'exr'>): void {
  operation(app, {
    method: 'POST',
    url: '/exr/inspect/upload',
    body: 'large',
    name: 'exr-inspect-upload',
    tag: 'EXR metadata',
    summary: 'Read the header of an EXR file that is sent, and keep nothing',
    description: 'The body is the file, or the beginning of it, as `application/octet-stream` or `image/x-exr`.',
    schema: { querystring: exrUploadQuery },
    responses: { 200: json('All that the header says.', ExrInspectionSchema), 400: badBody, 422: notExr },
    handler: async (request, reply) => {
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const found = await exr(request).inspection.upload(bytes, request.query.name ?? '');
      return sendJson(reply, JSON.stringify(found));
    },
  });
}

/** Files of a page: their whole headers are read. */
const VALIDATED_MAX = 200;

/** `POST /exr/validate` and `POST /exr/sequences/register`. */
function exrChecks(app: TamsApp, { exr, paging }: ExrContext): void {
  operation(app, {
    method: 'POST',
    url: '/exr/validate',
    name: 'exr-validate',
    tag: 'EXR metadata',
    summary: 'Check inspected files against a policy',
    description: 'A prefix is checked in pages of files; ask for the next page with the same body.',
    // It changes nothing.
    access: 'read',
    schema: { querystring: validateQuery, body: ExrValidateRequest },
    validateBody: withPolicyRules(compileByProperty(VALIDATE_FORMS)),
    responses: {
      200: json('A verdict on each rule, for each of the files.', ExrValidationSchema, pagingHeaders),
      400: badBody,
      404: notFound,
    },
    handler: async (request, reply) => {
      const { body } = request;
      const { validation } = exr(request);
      if ('file_id' in body) {
        return sendJson(reply, JSON.stringify(await validation.file(body.file_id, body.policy)));
      }
      // A cursor belongs to the body that it was made for.
      const { url, protocol, host, query } = request;
      const asked = { url, protocol, host, query: { ...query, path_prefix: body.path_prefix } };
      const { limit, after } = paging.request(asked);
      const page = { limit: Math.min(limit, VALIDATED_MAX), ...(after !== undefined && { after }) };
      const { report, next } = await validation.prefix(body.path_prefix, body.policy, page);
      paging.setHeaders(asked, reply, { limit: page.limit, next });
      return sendJson(reply, JSON.stringify(report));
    },
  });

  operation(app, {
    method: 'POST',
    url: '/exr/sequences/register',
    name: 'exr-sequences-register',
    tag: 'EXR metadata',
    summary: 'Make a TAMS image flow of a sequence',
    description:
      'Puts the flow, with what the headers say of it, and registers a segment of each frame. A missing frame is a gap ' +
      'of the timeline. Repeating it adds what is missing, and nothing twice.',
    schema: { body: ExrRegisterRequest },
    responses: {
      200: json('The flow is there, with these segments.', ExrRegisteredSchema),
      400: badBody,
      403: readOnly,
      404: notFound,
    },
    handler: async (request, reply) => {
      const { body } = request;
      const registered = await exr(request).registration.register(body, request.principal);
      return sendJson(reply, JSON.stringify(registered));
    },
  });
}

/**
 * Validates a body of one of several forms, which a property identifies. The error is about that form; without the
 * property, about the first.
 */
function compileByProperty(forms: Readonly<Record<string, TSchema>>): Validate {
  const compiled = Object.entries(forms).map(([property, schema]) => ({ property, validate: compileBody(schema) }));
  return (body) => {
    const has = (property: string): boolean => typeof body === 'object' && body !== null && property in body;
    const form = compiled.find(({ property }) => has(property)) ?? compiled[0];
    return form === undefined ? { value: body } : form.validate(body);
  };
}

/** Refuses a policy with an unknown rule, whose place the error names; passes other bodies to `validate`. */
function withPolicyRules(validate: Validate): Validate {
  const rules = new Map<unknown, Validate>(
    Object.entries(EXR_RULES).map(([name, schema]) => [name, compileBody(schema)]),
  );
  return (body) => {
    for (const [index, rule] of rulesOf(body).entries()) {
      const at = `body/policy/rules/${index}`;
      const named = typeof rule === 'object' && rule !== null && 'rule' in rule ? rules.get(rule.rule) : undefined;
      if (named === undefined) return fault(`${at}/rule`, `must be one of ${[...rules.keys()].join(', ')}`);
      const checked = named(rule);
      if (!('error' in checked)) continue;
      const { code, message, field = '' } = checked.error;
      const error = new AppError(code, message.replace(/^body/, at), { field: field.replace(/^body/, at) });
      return { error };
    }
    return validate(body);
  };
}

function rulesOf(body: unknown): readonly unknown[] {
  const { policy } = (body ?? {}) as { policy?: { rules?: unknown } | null };
  return Array.isArray(policy?.rules) ? policy.rules : [];
}

function fault(field: string, what: string): { error: AppError } {
  return { error: new AppError('invalid_request', `${field} ${what}`, { field }) };
}
