import { expect, it, onTestFinished } from 'vitest';
import { buildMonitoringServer } from '../../../src/http/monitoring/monitoring-routes.ts';
import { createLogger } from '../../../src/operation/logger.ts';
import { Readiness } from '../../../src/operation/readiness.ts';

it('metrics that cannot be read: the log of the server says why, under the id of the request', async () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => lines.push(line) });
  const text = (): Promise<string> => Promise.reject(new Error('process 2 does not answer'));
  const server = await buildMonitoringServer(new Readiness([]), { contentType: 'text/plain', text }, logger);
  onTestFinished(() => server.close());
  const failed = await server.inject({ method: 'GET', url: '/metrics' });
  expect(failed.statusCode).toBe(500);
  const { request_id: requestId } = failed.json<{ request_id: string }>();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({
      requestId,
      url: '/metrics',
      err: expect.objectContaining({ message: 'process 2 does not answer' }) as unknown,
    }),
  ]);
  expect((await server.inject({ method: 'GET', url: '/livez' })).statusCode).toBe(200);
  expect(lines).toHaveLength(1);
});
