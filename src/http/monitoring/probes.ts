import Type from 'typebox';
import type { Readiness } from '../../operation/readiness.ts';
import { readOperation } from '../operation.ts';
import { Dictionary } from '../schemas/common.ts';
import { json } from '../schemas/responses.ts';
import { sendJson } from '../send-json.ts';
import type { TamsApp } from '../tams-app.ts';

const ALIVE = JSON.stringify({ status: 'ok' });

const ReadinessSchema = Type.Object({
  status: Type.Enum(['ok', 'failing']),
  checks: Dictionary(Type.Enum(['ok', 'failing']), { description: 'Checks by name.' }),
});

/** For whoever starts, restarts and balances servers. They are public, and so tell no reasons. */
export function probeRoutes(app: TamsApp, readiness: Readiness): void {
  readOperation(app, {
    url: '/livez',
    name: 'livez',
    tag: 'Operation',
    summary: 'Check that the process is alive',
    description: 'When there is no answer, the process should be started again.',
    access: 'public',
    traffic: 'probe',
    schema: {},
    responses: { 200: json('It is.', Type.Object({ status: Type.Literal('ok') })) },
    handler: (_request, reply) => sendJson(reply, ALIVE),
  });

  readOperation(app, {
    url: '/readyz',
    name: 'readyz',
    tag: 'Operation',
    summary: 'Check that requests should be sent here',
    description: 'Looks at the tables, the media stores and the workers. A server that is stopping is not ready.',
    access: 'public',
    traffic: 'probe',
    schema: {},
    responses: {
      200: json('They should.', ReadinessSchema),
      503: json('They should not; `checks` says what fails.', ReadinessSchema),
    },
    handler: async (_request, reply) => {
      const { ready, failures } = await readiness.check();
      const checks = Object.fromEntries(
        Object.entries(failures).map(([name, failure]) => [name, failure === undefined ? 'ok' : 'failing']),
      );
      void reply.code(ready ? 200 : 503);
      return sendJson(reply, JSON.stringify({ status: ready ? 'ok' : 'failing', checks }));
    },
  });
}
