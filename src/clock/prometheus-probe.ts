import type { Outbound } from '#outbound/index.ts';
import type { AdaptiveInlet } from '#waiting-room/inlets/adaptive.ts';
import type { Probe } from './probe.ts';

/** The part of an answer of `/api/v1/query` that this file reads. */
interface Answer {
  readonly status?: string;
  readonly errorType?: string;
  readonly data?:
    | { readonly resultType: 'scalar'; readonly result: Sample }
    | { readonly resultType: 'vector'; readonly result: readonly { readonly value: Sample }[] };
}

/** Bytes. */
const LONGEST_ANSWER = 1024 * 1024;

/** Prometheus's types of errors. Its messages are not logged: another server at that URL could write to the log. */
const REASONS: ReadonlyMap<string | undefined, string> = new Map([
  ['bad_data', 'it does not understand the query'],
  ['execution', 'it could not execute the query'],
  ['timeout', 'the query took too long'],
  ['canceled', 'the query was cancelled'],
  ['unavailable', 'it is unavailable'],
  ['internal', 'it has an internal error'],
]);

const reasonOf = (type: string | undefined) => REASONS.get(type) ?? 'there is no result';

function readAnswer(text: string): Answer {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}

type Sample = readonly [at: number, value: string];

/**
 * Measures an origin by two queries to Prometheus: the latency in seconds, and the share of errors. Of several series
 * the worst counts. A query without a value is unknown; the probe rejects if both are.
 */
export function createPrometheusProbe(
  { url, latency, error_rate }: NonNullable<AdaptiveInlet['prometheus']>,
  { send }: Pick<Outbound, 'send'>,
): Probe {
  const base = new URL('api/v1/query', url.endsWith('/') ? url : `${url}/`);

  async function query(expression: string, end: AbortSignal): Promise<number | null> {
    const address = new URL(base);
    address.searchParams.set('query', expression);
    const response = await send(url, { url: address, headers: { Accept: 'application/json' }, signal: end });
    const { status, errorType, data } = readAnswer(await response.text(LONGEST_ANSWER));
    if (!response.ok || status !== 'success' || !data) {
      throw new Error(`Prometheus answered ${response.status}: ${reasonOf(errorType)}`);
    }
    const samples = data.resultType === 'scalar' ? [data.result] : data.result.map(({ value }) => value);
    const values = samples.map(([, value]) => Number(value)).filter((value) => Number.isFinite(value) && value >= 0);
    return values.length > 0 ? Math.max(...values) : null;
  }

  return async (end) => {
    const [seconds, share] = await Promise.all([
      query(latency, end),
      error_rate === undefined ? null : query(error_rate, end),
    ]);
    if (seconds === null && share === null) throw new Error('Prometheus has no value for the queries');
    return { latency: seconds === null ? null : seconds * 1000, errorRate: share && Math.min(1, share) };
  };
}
