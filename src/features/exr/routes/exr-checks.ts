import { operation } from '../../../http/operation.ts';
import { ExrRegisteredSchema, ExrValidationSchema } from '../schemas/exr.ts';
import { ExrRegisterRequest, ExrValidateRequest, VALIDATE_FORMS, validateQuery } from '../schemas/exr-requests.ts';
import { badBody, json, notFound, pagingHeaders, readOnly } from '../../../http/schemas/responses.ts';
import { sendJson } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import { compileByProperty, withPolicyRules } from './exr-body-validator.ts';
import type { ExrContext } from './exr-context.ts';

/** Files of a page: their whole headers are read. */
const VALIDATED_MAX = 200;

/** `POST /exr/validate` and `POST /exr/sequences/register`. */
export function exrChecks(app: TamsApp, { exr, paging }: ExrContext): void {
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
