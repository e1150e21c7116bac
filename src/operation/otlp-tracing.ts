import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
  ATTR_URL_PATH,
} from '@opentelemetry/semantic-conventions';

/** The request that a trace is of, as far as traces tell. */
interface TracedRequest {
  readonly method: string;
  /** The pattern of the route; undefined where no route takes the request. */
  readonly route: string | undefined;
  /** Without the query, which may carry secrets. */
  readonly path: string;
  readonly requestId: string;
  /** The W3C headers of whoever sent it. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

/** A call on something outside of the process, or on the tables, that has ended. */
interface TracedCall {
  /** Such as `select segments`. */
  readonly name: string;
  /** `performance.now()` of its start. */
  readonly startedMs: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string | number>>;
}

export interface RequestTrace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Runs `work`; what it calls, also later, is part of this trace. */
  run(work: () => void): void;
  end(status: number): void;
}

interface OtlpTracingOptions {
  /** Base URL of the receiver, without a slash at its end. */
  readonly endpoint: string;
  readonly serviceName: string;
  readonly version: string;
  /** Told why spans were lost. */
  readonly onFailure: (error: unknown) => void;
}

const TRACEPARENT = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/;

/**
 * Traces by OpenTelemetry, sent by OTLP over HTTP. Spans are made where this server knows of them; no library is patched
 * and nothing global is set. Sampling, batching and headers are configured by the standard OTEL_* variables, which the
 * library reads itself. Without a destination, tracing costs nothing.
 */
export class OtlpTracing {
  readonly #provider: NodeTracerProvider;
  readonly #tracer: Tracer;
  readonly #current = new AsyncLocalStorage<Span>();
  readonly #onFailure: (error: unknown) => void;

  constructor({ endpoint, serviceName, version, onFailure }: OtlpTracingOptions) {
    this.#onFailure = onFailure;
    const exporter = reporting(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }), onFailure);
    this.#provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName, [ATTR_SERVICE_VERSION]: version }),
      spanProcessors: [new BatchSpanProcessor(exporter)],
    });
    this.#tracer = this.#provider.getTracer('vast-tams', version);
  }

  begin({ method, route, path, requestId, traceparent, tracestate }: TracedRequest): RequestTrace {
    const span = this.#tracer.startSpan(
      route === undefined ? method : `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          [ATTR_HTTP_REQUEST_METHOD]: method,
          ...(route !== undefined && { [ATTR_HTTP_ROUTE]: route }),
          [ATTR_URL_PATH]: path,
          'tams.request_id': requestId,
        },
      },
      parentOf(traceparent, tracestate),
    );
    return {
      traceId: span.spanContext().traceId,
      run: (work) => this.#current.run(span, work),
      end: (status) => {
        span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  /** Part of the request that is being worked on; forgotten where there is none. */
  record({ name, startedMs, failed, attributes }: TracedCall): void {
    const parent = this.#current.getStore();
    if (parent?.isRecording() !== true) return;
    const startTime = performance.timeOrigin + startedMs;
    const options = { kind: SpanKind.CLIENT, startTime, attributes };
    const span = this.#tracer.startSpan(name, options, trace.setSpan(ROOT_CONTEXT, parent));
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(performance.timeOrigin + performance.now());
  }

  /** Sends what has not been sent. Never rejects: a server stops well without its last traces. */
  async close(): Promise<void> {
    try {
      await this.#provider.shutdown();
    } catch (error) {
      this.#onFailure(error);
    }
  }
}

/** The context of the caller's span (W3C Trace Context), or a new one where there is none. */
function parentOf(traceparent: string | undefined, tracestate: string | undefined): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const parent: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) }),
  };
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}

/** The library would lose spans in silence. */
function reporting(exporter: SpanExporter, onFailure: (error: unknown) => void): SpanExporter {
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        if (result.error !== undefined) onFailure(result.error);
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
