// See client.d.ts.

/** @import * as T from './types.d.ts' */

const TIMEOUT = 10_000;
const TRIES = 6;

export class AnteroomError extends Error {
  constructor(code = '', message = '', status = 0, retryAfter = 0) {
    super(message);
    this.name = 'AnteroomError';
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** @type {T.Join} */
export async function join(room, options = {}) {
  /** @type {T.TicketFacts} */
  const { ticket, ...facts } = await retry(createCall(room, options), options, 'POST', '/tickets');
  return createVisit(room, options, ticket, facts);
}

/** @type {T.Resume} */
export function resume(room, ticket, options = {}) {
  return createVisit(room, options, ticket, null);
}

/** @type {T.CreateVisit} */
function createVisit(room, options, ticket, known) {
  const call = createCall(room, options);
  /** @type {T.CallOwn} */
  const callOwn = (method, path = '') => retry(call, options, method, `/tickets/self${path}`, ticket);

  async function rejoin() {
    /** @type {T.TicketFacts} */
    const { ticket: next, ...facts } = await callOwn('POST', '/rejoin');
    ticket = next;
    known = null;
    return facts;
  }

  async function fetchFacts() {
    /** @type {T.Facts} */
    const facts = await call('GET', '/tickets/self', ticket);
    return facts.rejoin === 'by_itself' ? rejoin() : facts;
  }

  /** @type {T.Visit['facts']} */
  async function* facts({ signal } = {}) {
    let next = known;
    let last = known;
    let heartbeat = 0;
    let failures = 0;
    let pause = 0;
    known = null;
    for (;;) {
      if (next) {
        heartbeat ||= Date.now() + Math.min(jitter(next.heartbeat_after), untilEvent(next));
        last = next;
        yield next;
        pause = Math.min(jitter(next.poll_after), heartbeat - Date.now());
      }
      await sleep(pause, signal);
      if (signal?.aborted) return;
      try {
        next = last && Date.now() < heartbeat ? toFacts(last, await call('GET', '/status')) : null;
        if (!next) {
          next = await fetchFacts();
          heartbeat = 0;
        }
        if (failures > 1) options.onContact?.(true);
        failures = 0;
      } catch (error) {
        if (!canRetry(error)) throw error;
        next = null;
        failures += 1;
        if (failures === 2) options.onContact?.(false);
        pause = backOff(failures, error);
      }
    }
  }

  return {
    get ticket() {
      return ticket;
    },
    facts,
    claim: () => callOwn('POST', '/claim'),
    rejoin,
    leave: () => callOwn('DELETE'),
  };
}

/** @type {T.ToFacts} */
function toFacts(last, { mode, serving, ahead, per_minute, poll_after, message, updated_at }) {
  const { number, state } = last;
  const inLine = state === 'waiting' || state === 'paused';
  const now = mode.replace(/queue|pass.*/, 'waiting');
  if (inLine || state === 'closed' ? now !== state : now === 'closed') return null;
  const next = { ...last, serving, poll_after, message, updated_at };
  if (!inLine) return next;
  if (!number || serving >= number) return null;
  const people_ahead = interpolate(ahead, number);
  const [slow, fast] = per_minute ?? [0, 0];
  const low = Math.round((people_ahead / fast) * 60);
  const high = Math.round(((people_ahead + 1) / slow) * 60 + 2 * poll_after);
  return { ...next, people_ahead, estimated_wait: per_minute && { low, high } };
}

/** @type {T.Interpolate} */
function interpolate(points, number) {
  const next = points.findIndex(([at]) => at >= number);
  const [to, most] = points[next < 0 ? points.length - 1 : next] ?? [0, 0];
  const [from, least] = points[next - 1] ?? [to, most];
  return next < 0 || to === from ? most : Math.round(least + ((most - least) * (number - from)) / (to - from));
}

/** @type {T.Jitter} */
const jitter = (seconds) => seconds * (0.8 + Math.random() * 0.4) * 1000;

/** @type {T.UntilEvent} */
const untilEvent = ({ starts_at, claim_by, updated_at }) =>
  Math.max(0, Date.parse(starts_at ?? claim_by ?? '') - Date.parse(updated_at)) + 500 + Math.random() * 2000 ||
  Infinity;

/** @type {T.CanRetry} */
function canRetry(error) {
  return error instanceof AnteroomError && (!error.status || error.status === 429 || error.status >= 500);
}

/** @type {T.BackOff} */
const backOff = (failures, { retryAfter }) =>
  Math.max(jitter(Math.min(2 ** failures, 30)), retryAfter * (1000 + Math.random() * 250));

/** @type {T.Retry} */
async function retry(call, { signal }, ...request) {
  for (let tries = 1; ; tries++) {
    try {
      return await call(...request);
    } catch (error) {
      if (!canRetry(error) || tries === TRIES || signal?.aborted) throw error;
      await sleep(backOff(tries - 1, error), signal);
    }
  }
}

/** @type {T.CreateCall} */
function createCall(room, { fetch = globalThis.fetch }) {
  return async (method, path, ticket) => {
    const cancel = new AbortController();
    const end = setTimeout(() => cancel.abort(), TIMEOUT);
    try {
      const headers = { Accept: 'application/json', ...(ticket && { Authorization: `Bearer ${ticket}` }) };
      const answer = await fetch(room + path, { method, headers, signal: cancel.signal });
      const body = answer.status === 204 ? undefined : await answer.json().catch(() => null);
      const { ok, status } = answer;
      if (ok) return body;
      const { code = 'unknown', title = `status ${status}`, detail } = body ?? {};
      throw new AnteroomError(code, detail ?? title, status, Number(answer.headers.get('Retry-After')) || 0);
    } catch (error) {
      throw error instanceof AnteroomError ? error : new AnteroomError('unreachable', String(error));
    } finally {
      clearTimeout(end);
    }
  };
}

/** @type {T.Sleep} */
const sleep = (ms, signal) =>
  new Promise((resolve) => {
    const wake = () => {
      clearTimeout(end);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const end = setTimeout(wake, ms);
    signal?.addEventListener('abort', wake);
  });
