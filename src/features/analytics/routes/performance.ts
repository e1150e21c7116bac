import { Type } from '../../../shared/type-builder.ts';
import type {
  PerformanceSummary,
  QueryTimings,
  SlowQuery,
  TableTimings,
} from '../../../vastdb/monitor/query-monitor.ts';
import { operation, readOperation } from '../../../http/operation.ts';
import { json, noBody } from '../../../http/schemas/responses.ts';
import { sendJson } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import type { AnalyticsContext } from './analytics-context.ts';

/** Timings of the server's own queries; not a part of TAMS. */

const ms = Type.Number({ minimum: 0, description: 'Milliseconds.' });
const count = Type.Integer({ minimum: 0 });

const tableParams = Type.Object({
  table: Type.String({ description: 'A table of the server, or `*` for whole transactions.' }),
});

const TablePerformanceSchema = Type.Object(
  {
    table: Type.String({ description: '`*` stands for whole transactions.' }),
    operations: Type.Array(
      Type.Object({
        operation: Type.String(),
        count,
        errors: count,
        rows: count,
        total_ms: ms,
        mean_ms: ms,
        max_ms: ms,
        p50_ms: ms,
        p95_ms: ms,
        p99_ms: ms,
      }),
    ),
  },
  { title: 'TablePerformance' },
);

const summary = {
  since: Type.String({ format: 'date-time' }),
  count,
  errors: count,
  slow: count,
  slow_threshold_ms: ms,
  tables: Type.Array(TablePerformanceSchema),
};
const PerformanceSchema = Type.Object(summary, { title: 'QueryPerformance' });

const SlowQuerySchema = Type.Object(
  {
    table: Type.String(),
    operation: Type.String(),
    started_at: Type.String({ format: 'date-time' }),
    duration_ms: ms,
    rows: count,
    failed: Type.Boolean(),
    predicate: Type.Optional(Type.String({ description: 'With `?` for its values.' })),
  },
  { title: 'SlowQuery' },
);

const PerformanceExport = Type.Object(
  { ...summary, slow_queries: Type.Array(SlowQuerySchema) },
  { title: 'QueryPerformanceExport' },
);

const tag = 'Analytics';

/** Timings of the server's own queries. For admins: they are about the server, not about flows. */
export function performanceRoutes(app: TamsApp, { performance }: AnalyticsContext): void {
  readOperation(app, {
    url: '/analytics/performance',
    name: 'analytics-performance',
    tag,
    summary: 'Get the timings of queries',
    description:
      'Timings of all processes of this server, by table and operation. A percentile is the largest of theirs.',
    access: 'admin',
    schema: {},
    responses: { 200: json('The timings since the start, or the last reset.', PerformanceSchema) },
    handler: async (_request, reply) =>
      sendJson(reply, JSON.stringify(summaryJson((await performance.read()).summary))),
  });

  operation(app, {
    method: 'DELETE',
    url: '/analytics/performance',
    name: 'analytics-performance',
    tag,
    summary: 'Reset the timings of queries',
    description: 'The timings start again.',
    access: 'admin',
    schema: {},
    responses: { 204: noBody('They begin now.') },
    handler: async (_request, reply) => {
      await performance.reset();
      return reply.code(204).send();
    },
  });

  readOperation(app, {
    url: '/analytics/performance/slow-queries',
    name: 'analytics-performance-slow-queries',
    tag,
    summary: 'List the latest slow queries',
    description: 'The newest first.',
    access: 'admin',
    schema: {},
    responses: { 200: json('The queries.', Type.Array(SlowQuerySchema)) },
    handler: async (_request, reply) =>
      sendJson(reply, JSON.stringify((await performance.read()).slowQueries.map(slowJson))),
  });

  readOperation(app, {
    url: '/analytics/performance/tables/:table',
    name: 'analytics-performance-tables-table',
    tag,
    summary: 'Get the timings of queries to one table',
    description: 'Timings of all processes of this server, by operation. A percentile is the largest of theirs.',
    access: 'admin',
    schema: { params: tableParams },
    responses: { 200: json('The timings; none of a table that was not asked.', TablePerformanceSchema) },
    handler: async (request, reply) => {
      const { table } = request.params;
      const { tables } = (await performance.read()).summary;
      const found = tables.find((each) => each.table === table) ?? { table, operations: [] };
      return sendJson(reply, JSON.stringify(tableJson(found)));
    },
  });

  readOperation(app, {
    url: '/analytics/performance/export',
    name: 'analytics-performance-export',
    tag,
    summary: 'Export the timings of queries',
    description: 'The summary and the slow queries in one file.',
    access: 'admin',
    schema: {},
    responses: { 200: json('The timings and the slow queries.', PerformanceExport) },
    handler: async (_request, reply) => {
      void reply.header('content-disposition', 'attachment; filename="query-performance.json"');
      const { summary, slowQueries } = await performance.read();
      return sendJson(reply, JSON.stringify({ ...summaryJson(summary), slow_queries: slowQueries.map(slowJson) }));
    },
  });
}

const summaryJson = ({ since, count, errors, slow, slowThresholdMs, tables }: PerformanceSummary): object => ({
  since: new Date(since).toISOString(),
  count,
  errors,
  slow,
  slow_threshold_ms: slowThresholdMs,
  tables: tables.map(tableJson),
});

const tableJson = ({ table, operations }: TableTimings): object => ({
  table,
  operations: operations.map(operationJson),
});

const operationJson = (timings: QueryTimings): object => ({
  operation: timings.operation,
  count: timings.count,
  errors: timings.errors,
  rows: timings.rows,
  total_ms: timings.totalMs,
  mean_ms: timings.meanMs,
  max_ms: timings.maxMs,
  p50_ms: timings.p50Ms,
  p95_ms: timings.p95Ms,
  p99_ms: timings.p99Ms,
});

const slowJson = ({ startedAt, durationMs, ...query }: SlowQuery): object => ({
  table: query.table,
  operation: query.operation,
  started_at: new Date(startedAt).toISOString(),
  duration_ms: durationMs,
  rows: query.rows,
  failed: query.failed,
  ...(query.predicate !== undefined && { predicate: query.predicate }),
});
