import { describe, expect, test } from 'vitest';
import { envReader } from '#config/env.ts';
import { readTraces } from '#config/traces.ts';

function read(env: NodeJS.ProcessEnv) {
  const reader = envReader(env);
  return { traces: readTraces(reader, env), faults: reader.faults.map(({ where }) => where) };
}

const DEFAULT = {
  exporter: 'otlp-protobuf',
  sampler: 'always_on',
  followsParent: true,
  ratio: 1,
  delay: 5000,
  queueSize: 2048,
  serviceName: 'anteroom',
};
const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.test:4318' };

describe('traces', () => {
  test.each<[env: NodeJS.ProcessEnv, traces: object | null]>([
    [{}, null],
    [{ OTEL_SERVICE_NAME: 'sale' }, null],
    [ENDPOINT, DEFAULT],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector.test/v1/traces' }, DEFAULT],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, DEFAULT],
    [{ OTEL_TRACES_EXPORTER: 'console' }, { ...DEFAULT, exporter: 'console' }],
    [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, null],
    [{ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }, null],
    [
      { ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
      { ...DEFAULT, exporter: 'otlp-json' },
    ],
    [
      { ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' },
      DEFAULT,
    ],
    [
      { ...ENDPOINT, OTEL_BSP_SCHEDULE_DELAY: '200', OTEL_BSP_MAX_QUEUE_SIZE: '64' },
      { ...DEFAULT, delay: 200, queueSize: 64 },
    ],
    [
      { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
      { ...DEFAULT, sampler: 'traceidratio', followsParent: false, ratio: 0.25 },
    ],
    [
      { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'parentbased_always_off', OTEL_SERVICE_NAME: 'sale' },
      { ...DEFAULT, sampler: 'always_off', serviceName: 'sale' },
    ],
  ])('with %j are %j', (env, traces) => {
    expect(read(env)).toEqual({ traces, faults: [] });
  });

  test.each<[name: string, value: string]>([
    ['OTEL_SDK_DISABLED', 'maybe'],
    ['OTEL_TRACES_EXPORTER', 'zipkin'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'grpc://collector'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_BSP_SCHEDULE_DELAY', 'soon'],
    ['OTEL_BSP_MAX_QUEUE_SIZE', '0'],
  ])('%s=%s is a fault that names the variable', (name, value) => {
    expect(read({ [name]: value }).faults).toEqual([name]);
  });
});
