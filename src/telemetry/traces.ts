/**
 * Traces of requests and of their calls of the store, for OpenTelemetry. Loaded only where traces are turned on. A span has the path of a request and never its query, which may carry a visitor's secrets.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import {
  context,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import * as sdk from '@opentelemetry/sdk-trace';
import type { Store } from '#waiting-room/ports/index.ts';
import { type Log, pathOnly } from './log.ts';
import { routeOf } from './route-of.ts';
import { wrapStoreCalls } from './store-calls.ts';
import type { TracesConfig } from './traces-config.ts';

export interface Traces {
  /** Makes a span of each request. */
  traceRequests(listener: RequestListener): RequestListener;
  /** Makes a span of each call of the store on behalf of a request. */
  traceStore(store: Store): Store;
  /** Sends what is left, for a few seconds at most. */
  close(): Promise<void>;
}

/** How long the last spans may take, in ms: a collector that is away must not delay the end of the process. */
const CLOSE_DEADLINE = 2000;
const MOST_OF_A_BATCH = 512;
/** Failures of the exporter are logged once within this time, in ms. */
const LOGGED_EVERY = 60_000;

export interface TracesDeps {
  /** Whether a proxy is in front, whose traces are continued. Strangers may not decide what is sampled. */
  readonly isBehindProxy: boolean;
  readonly log: Pick<Log, 'warn'>;
}

export async function createTraces(config: TracesConfig, { isBehindProxy, log }: TracesDeps): Promise<Traces> {
  logFailures(log);
  const provider = new sdk.TracerProvider({
    resource: defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(resourceFromAttributes({ 'service.name': config.serviceName })),
    sampler: samplerOf(config),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: await exporterOf(config),
        scheduledDelayMillis: config.delay,
        maxQueueSize: config.queueSize,
        maxExportBatchSize: Math.min(MOST_OF_A_BATCH, config.queueSize),
      }),
    ],
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  const tracer = provider.getTracer('anteroom');

  return {
    traceRequests: (listener) => createTracedListener({ tracer, listener, isBehindProxy }),
    traceStore: (store) => wrapStoreCalls(store, (operation, call) => createTracedCall(tracer, operation, call)),
    async close() {
      await provider.forceFlush({ timeoutMillis: CLOSE_DEADLINE }).catch(() => undefined);
      const unreferenced = (resolve: () => void) => setTimeout(resolve, CLOSE_DEADLINE).unref();
      await Promise.race([provider.shutdown().catch(() => undefined), new Promise<void>(unreferenced)]);
      context.disable();
      diag.disable();
    },
  };
}

const propagator = new W3CTraceContextPropagator();
const headersOf = {
  get: ({ headers }: IncomingMessage, name: string) => headers[name.toLowerCase()],
  keys: ({ headers }: IncomingMessage) => Object.keys(headers),
};

interface Traced extends Pick<TracesDeps, 'isBehindProxy'> {
  readonly tracer: Tracer;
  readonly listener: RequestListener;
}

/** @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
function createTracedListener({ tracer, listener, isBehindProxy }: Traced): RequestListener {
  return (req, res) => {
    const parent = isBehindProxy ? propagator.extract(context.active(), req, headersOf) : ROOT_CONTEXT;
    const path = pathOnly(req.url ?? '/');
    const { method = 'GET' } = req;
    const attributes = { 'http.request.method': method, 'url.path': path };
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
    res.once('close', () => {
      const route = routeOf(method, path, res.statusCode);
      if (route !== null) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
      span.setAttribute('http.response.status_code', res.statusCode);
      if (res.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(trace.setSpan(parent, span), listener, undefined, req, res);
  };
}

/** Calls outside a request, such as those of the clock, have no span. */
function createTracedCall<C extends (...args: never[]) => unknown>(tracer: Tracer, operation: string, call: C): C {
  const traced = (...args: never[]) => {
    if (!trace.getSpan(context.active())?.isRecording()) return call(...args);
    const attributes = { 'db.operation.name': operation };
    const span = tracer.startSpan(`store ${operation}`, { kind: SpanKind.CLIENT, attributes });
    return endWith(span, () => call(...args));
  };
  return traced as C;
}

function endWith(span: Span, call: () => unknown): unknown {
  const fail = (error: unknown): never => {
    span.setStatus({ code: SpanStatusCode.ERROR });
    if (error instanceof Error) span.setAttribute('error.type', error.name);
    span.end();
    throw error;
  };
  try {
    const answer = call();
    if (answer instanceof Promise) {
      return answer.then((value: unknown) => {
        span.end();
        return value;
      }, fail);
    }
    span.end();
    return answer;
  } catch (error) {
    return fail(error);
  }
}

function samplerOf({ sampler, followsParent, ratio }: TracesConfig): sdk.Sampler {
  const root =
    sampler === 'always_on'
      ? new sdk.AlwaysOnSampler()
      : sampler === 'always_off'
        ? new sdk.AlwaysOffSampler()
        : new sdk.TraceIdRatioBasedSampler(ratio);
  return followsParent ? new sdk.ParentBasedSampler({ root }) : root;
}

async function exporterOf({ exporter }: TracesConfig): Promise<sdk.SpanExporter> {
  if (exporter === 'console') return new sdk.ConsoleSpanExporter();
  const { OTLPTraceExporter } =
    exporter === 'otlp-json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

function logFailures(log: Pick<Log, 'warn'>): void {
  let loggedAt = Number.NEGATIVE_INFINITY;
  const nothing = () => undefined;
  diag.setLogger({
    error() {
      if (performance.now() - loggedAt < LOGGED_EVERY) return;
      loggedAt = performance.now();
      log.warn('traces were not delivered');
    },
    warn: nothing,
    info: nothing,
    debug: nothing,
    verbose: nothing,
  });
}
