import { operation } from '../../../http/operation.ts';
import { ExrInspectionSchema } from '../schemas/exr.ts';
import { ExrInspectRequest, exrUploadQuery, INSPECT_FORMS } from '../schemas/exr-requests.ts';
import { badBody, json, notFound } from '../../../http/schemas/responses.ts';
import { ErrorResponse } from '../../../http/schemas/error.ts';
import { sendJson } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import { compileByProperty } from './exr-body-validator.ts';
import type { ExrContext } from './exr-context.ts';

const notExr = json('This is no OpenEXR file whose header can be read; the summary says why.', ErrorResponse);

/** `POST /exr/inspect`. */
export function exrInspection(app: TamsApp, { exr }: Pick<ExrContext, 'exr'>): void {
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
export function exrUpload(app: TamsApp, { exr }: Pick<ExrContext, 'exr'>): void {
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
