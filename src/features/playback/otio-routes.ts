import { Type } from '../../shared/type-builder.ts';
import { operation, readOperation } from '../../http/operation.ts';
import { Timerange, Uuid } from '../../http/schemas/common.ts';
import { badBody, badQuery, json, notFound } from '../../http/schemas/responses.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { flowParams } from '../../tams/parameters.ts';
import { readTimerange } from '../../tams/timerange-query.ts';
import type { PlaybackContext } from './playback-routes.ts';
import { readOtioTimeline } from '../../formats/otio/read-timeline.ts';
import { challenge } from '../../http/security-schemes.ts';
import { sendJson } from '../../http/send-json.ts';
import { AppError } from '../../shared/errors.ts';

const OTIO_TYPE = 'application/vnd.otio+json';

/** TAMS, AppNote 0015. */
export function otioRoutes(app: TamsApp, { playback, baseUrl }: PlaybackContext): void {
  readOperation(app, {
    url: '/playback/flows/:flowId.otio',
    name: 'playback-flows-flowId-otio',
    tag: 'Playback',
    summary: 'Get a flow as a timeline of OpenTimelineIO',
    description:
      'A track for the flow, or for each flow that a multi flow collects; a clip for each stretch without a gap. Clips name their ' +
      'flow by a `tams://` URL, and its source in their metadata.',
    schema: { params: flowParams, querystring: Type.Object({ timerange: Type.Optional(Timerange) }) },
    responses: {
      200: { description: 'A timeline.', content: { [OTIO_TYPE]: { schema: Type.Object({}) } } },
      400: badQuery,
      404: notFound,
    },
    handler: async (request, reply) => {
      const range = readTimerange(request.query.timerange) ?? TimeRange.EVERYTHING;
      const text = await playback(request).otio.timeline(request.params.flowId, range, baseUrl(request));
      reply.header('content-type', OTIO_TYPE);
      return request.method === 'HEAD' ? reply.send() : reply.send(text);
    },
  });
}

const Imported = Type.Object(
  {
    flow_id: Uuid,
    source_id: Uuid,
    tracks: Type.Array(Type.Object({ flow_id: Uuid, label: Type.String(), segments: Type.Integer() })),
    warnings: Type.Array(Type.String(), { description: 'What was left out, and what is lacking, by clip.' }),
  },
  { title: 'ImportedCut', description: 'The flow that a cut became; of several tracks, the one that collects theirs.' },
);

const query = Type.Object({
  label: Type.Optional(Type.String({ description: 'By default the name of the timeline.' })),
  auth_classes: Type.Optional(
    Type.String({
      description: 'Of the new flows. By default the classes that all flows of the clips have in common.',
    }),
  ),
});

/** A timeline, which is read as text: its numbers have more digits than those of JavaScript. */
const body = Type.Unsafe<string>({
  content: { [OTIO_TYPE]: { schema: Type.Object({}) }, 'application/json': { schema: Type.Object({}) } },
});

/** TAMS, AppNote 0015. Register it in a scope of its own, where JSON is a text. */
export function otioImportRoute(app: TamsApp, { playback, baseUrl }: PlaybackContext): void {
  app.removeAllContentTypeParsers();
  const types = [OTIO_TYPE, 'application/json'];
  app.addContentTypeParser(types, { parseAs: 'string' }, (_request, text, done) => done(null, text));
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(new AppError('unsupported_media_type', `The timeline must be sent as ${types.join(' or ')}`));
  });
  operation(app, {
    method: 'POST',
    url: '/playback/otio',
    body: 'large',
    name: 'playback-otio',
    tag: 'Playback',
    summary: 'Make a flow of a timeline of OpenTimelineIO',
    description:
      'A new flow by reference, for each track with clips; one more collects those of several tracks. Clips refer to flows of this ' +
      'store as AppNote 0015 of TAMS says. The segments use the same objects, cut and moved. Gaps stay gaps, transitions become ' +
      'cuts, and effects are left out, with a warning; those that change the speed are refused. All of it is made, or nothing. ' +
      'It needs the scope `read`, too.',
    schema: { querystring: query, body },
    validateBody: (value: unknown) => ({ value }),
    responses: { 201: json('The flows are there.', Imported), 400: badBody, 404: notFound },
    handler: async (request, reply) => {
      if (!request.auth.scopes.includes('read')) {
        reply.header('www-authenticate', challenge(['bearer_token_auth'], 'insufficient', 'read'));
        throw new AppError('insufficient_scope', 'This needs the scope read');
      }
      const { body: text } = request;
      if (typeof text !== 'string') throw new AppError('invalid_request', 'body is required', { field: 'body' });
      const cut = readOtioTimeline(text);
      const { label, auth_classes: authClasses } = request.query;
      const made = await playback(request).cuts.import(cut, { label, authClasses }, request.principal);
      reply.code(201).header('location', `${baseUrl(request)}/flows/${made.flow_id}`);
      return sendJson(reply, JSON.stringify(made));
    },
  });
}
