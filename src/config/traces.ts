import type { TracesConfig } from '#telemetry/traces-config.ts';
import { type EnvReader, flag, type Refusal, refuse } from './env.ts';

/** Null unless an endpoint or an exporter is named: tracing is off by default, unlike in OpenTelemetry's own SDKs. */
export function readTraces({ read }: EnvReader, env: NodeJS.ProcessEnv): TracesConfig | null {
  const isDisabled = read('OTEL_SDK_DISABLED', false, flag);
  const kind = read('OTEL_TRACES_EXPORTER', 'otlp', oneOf('otlp', 'console', 'none'));
  const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] as const;
  const named = endpoints.filter((name) => read<string | null>(name, null, endpointUrl) !== null);
  const protocols = oneOf('http/protobuf', 'http/json');
  const protocol = read('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/protobuf', protocols);
  const ofTraces = read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', protocol, protocols);
  const sampler = read('OTEL_TRACES_SAMPLER', 'parentbased_always_on', oneOf(...SAMPLERS));
  const ratio = read('OTEL_TRACES_SAMPLER_ARG', 1, share);
  const delay = read('OTEL_BSP_SCHEDULE_DELAY', 5000, wholeNumber);
  const queueSize = read('OTEL_BSP_MAX_QUEUE_SIZE', 2048, wholeNumber);
  const serviceName = read('OTEL_SERVICE_NAME', 'anteroom', (name) => name);

  if (isDisabled || kind === 'none' || (named.length === 0 && !env.OTEL_TRACES_EXPORTER)) return null;
  return {
    exporter: kind === 'console' ? 'console' : ofTraces === 'http/json' ? 'otlp-json' : 'otlp-protobuf',
    sampler: sampler.replace(PARENT_BASED, '') as TracesConfig['sampler'],
    followsParent: sampler.startsWith(PARENT_BASED),
    ratio,
    delay,
    queueSize,
    serviceName,
  };
}

const PARENT_BASED = 'parentbased_';
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const oneOf =
  <T extends string>(...accepted: readonly T[]) =>
  (value: string): T | Refusal =>
    accepted.find((each) => each === value) ?? refuse(`must be one of ${accepted.join(', ')}`);

function endpointUrl(value: string): string | Refusal {
  const url = URL.parse(value);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? value : refuse('must be an http or https URL');
}

function share(value: string): number | Refusal {
  const number = Number(value);
  return value.trim() !== '' && number >= 0 && number <= 1 ? number : refuse('must be a number from 0 to 1');
}

function wholeNumber(value: string): number | Refusal {
  return /^[1-9]\d{0,8}$/.test(value) ? Number(value) : refuse('must be a whole number above 0');
}
