import Type from 'typebox';
import { type RequiredScope } from '../plugins/authentication.ts';
import { readOperation } from '../operation.ts';
import type { TamsApp } from '../tams-app.ts';
import type { MetricsText } from './monitoring-context.ts';

/** All metrics, in the text format of Prometheus. */
export function metricsRoutes(app: TamsApp, metrics: MetricsText, access: RequiredScope): void {
  readOperation(app, {
    url: '/metrics',
    name: 'metrics',
    tag: 'Operation',
    summary: 'Get metrics for Prometheus',
    description: 'In its text format. With `METRICS_PORT`, they are served on that port instead, without credentials.',
    access: access,
    traffic: 'probe',
    schema: {},
    responses: {
      200: {
        description: 'The metrics; docs/operations.md lists them.',
        content: { 'text/plain': { schema: Type.String() } },
      },
    },
    handler: async (_request, reply) => {
      const text = await metrics.text();
      return reply.header('content-type', metrics.contentType).send(text);
    },
  });
}
