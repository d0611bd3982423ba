/** Spans by OpenTelemetry, where a collector is configured; elsewhere its libraries are not even loaded. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context, Span } from '@opentelemetry/api';

type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface Traces {
  /** `parent`: a `traceparent` header; absent = the span around this one, or none. What `work` throws marks the span as failed. */
  span<T>(name: string, attributes: Attributes, work: () => Promise<T>, parent?: string): Promise<T>;
  /** Sends what has not been sent. */
  stop(): Promise<void>;
}

export const noTraces: Traces = { span: async (_name, _attributes, work) => await work(), stop: () => Promise.resolve() };

/** `env`: OTEL_EXPORTER_OTLP_ENDPOINT and the other variables of the specification, which the exporter reads by itself. */
export async function openTraces(env: Readonly<Record<string, string | undefined>>, version: string): Promise<Traces> {
  if (!env['OTEL_EXPORTER_OTLP_ENDPOINT'] && !env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) return noTraces;
  const api = await import('@opentelemetry/api');
  const { BasicTracerProvider, BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const service = env['OTEL_SERVICE_NAME'] || 'headgate';
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('headgate', version);
  const around = new AsyncLocalStorage<Span>();
  const contextOf = (parent: string | undefined): Context => {
    const outer = around.getStore();
    if (outer) return api.trace.setSpan(api.ROOT_CONTEXT, outer);
    const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(parent ?? '') ?? [];
    if (traceId === undefined || spanId === undefined) return api.ROOT_CONTEXT;
    const remote = { traceId, spanId, traceFlags: Number.parseInt(flags ?? '0', 16), isRemote: true };
    return api.trace.setSpanContext(api.ROOT_CONTEXT, remote);
  };
  return {
    async span(name, attributes, work, parent) {
      const span = tracer.startSpan(name, { attributes }, contextOf(parent));
      try {
        return await around.run(span, work);
      } catch (error) {
        // A message may hold more than is meant for a collector; the code says what kind it is.
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'internal.unexpected';
        span.setStatus({ code: api.SpanStatusCode.ERROR, message: code });
        throw error;
      } finally {
        span.end();
      }
    },
    stop: async () => await provider.shutdown(),
  };
}
