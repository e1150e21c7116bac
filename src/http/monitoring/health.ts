import Type from 'typebox';
import { readOperation } from '../operation.ts';
import { json } from '../schemas/responses.ts';
import { sendJson } from '../send-json.ts';
import type { TamsApp } from '../tams-app.ts';

/** The state of all parts, with reasons: for administrators. */
export function healthRoutes(app: TamsApp, health: () => Promise<object>): void {
  readOperation(app, {
    url: '/health',
    name: 'health',
    tag: 'Operation',
    summary: 'Get the health of the server in detail',
    description: 'For people; programs read `/readyz` and `/metrics`, and the form of this may change.',
    access: 'admin',
    traffic: 'probe',
    schema: {},
    responses: { 200: json('How it is, well or not.', Type.Object({}, { additionalProperties: true })) },
    handler: async (_request, reply) => sendJson(reply, JSON.stringify(await health())),
  });
}
