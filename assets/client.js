// For websites and apps that wait by themselves, in browsers, React Native and Node. client.d.ts explains it.

const PATIENCE = 10_000;
const TRIES = 6;

export class AnteroomError extends Error {
  constructor(code, message, status = 0, retryAfter = 0) {
    super(message);
    this.name = 'AnteroomError';
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export async function join(room, options = {}) {
  const { ticket, ...facts } = await patiently(caller(room, options), options, 'POST', '/tickets');
  return visit(room, options, ticket, facts);
}

export function resume(room, ticket, options = {}) {
  return visit(room, options, ticket, null);
}

function visit(room, options, ticket, known) {
  const call = caller(room, options);
  const own = (method, path = '') => patiently(call, options, method, `/tickets/self${path}`, ticket);

  async function rejoin() {
    const { ticket: given, ...facts } = await own('POST', '/rejoin');
    ticket = given;
    known = null;
    return facts;
  }

  /** The own facts; whoever was only away comes back, as the server has it. */
  async function ask() {
    const facts = await call('GET', '/tickets/self', ticket);
    return facts.state === 'expired' && facts.rejoin === 'by_itself' ? rejoin() : facts;
  }

  async function* facts({ signal } = {}) {
    let next = known;
    let last = known;
    let beat = 0;
    let failures = 0;
    let pause = 0;
    known = null;
    for (;;) {
      if (next) {
        beat ||= Date.now() + jittered(next.heartbeat_after);
        last = next;
        yield next;
        const waits = next.state === 'waiting' ? next.poll_after : next.heartbeat_after;
        pause = Math.min(jittered(waits), untilEvent(next));
      }
      await sleep(pause, signal);
      if (signal?.aborted) return;
      try {
        next = last?.state === 'waiting' && Date.now() < beat ? between(last, await call('GET', '/status')) : null;
        if (!next) {
          next = await ask();
          beat = 0;
        }
        if (failures > 1) options.onContact?.(true);
        failures = 0;
      } catch (error) {
        if (!passes(error)) throw error;
        next = null;
        failures += 1;
        // One that got lost says nothing yet.
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
    claim: () => own('POST', '/claim'),
    rejoin,
    leave: async () => void (await own('DELETE')),
  };
}

/** The facts by the shared status; null where only the own facts tell. */
function between(last, { mode, serving, ahead, per_minute, poll_after, message, updated_at }) {
  const { number } = last;
  if ((mode !== 'queue' && mode !== 'passthrough') || !number || serving >= number) return null;
  const people_ahead = peopleAhead(ahead, number);
  const [slow, fast] = per_minute ?? [];
  const estimated_wait = per_minute
    ? {
        low: Math.round((people_ahead / fast) * 60),
        high: Math.round(((people_ahead + 1) / slow) * 60 + 2 * poll_after),
      }
    : null;
  return { ...last, serving, people_ahead, estimated_wait, poll_after, message, updated_at };
}

/** Straight lines between the points of the curve that all share. */
function peopleAhead(points, number) {
  const after = points.findIndex(([at]) => at >= number);
  if (after < 0) return points.length ? points[points.length - 1][1] : 0;
  const [to, most] = points[after];
  const [from, least] = points[after - 1] ?? points[after];
  return to === from ? most : Math.round(least + ((most - least) * (number - from)) / (to - from));
}

/** In ms, so that a crowd that came at once does not ask at once for ever. */
function jittered(seconds) {
  return seconds * (0.8 + Math.random() * 0.4) * 1000;
}

/** In ms until the start or the end of the turn, spread. */
function untilEvent({ starts_at, claim_by, updated_at }) {
  const at = starts_at ?? claim_by;
  return at ? Math.max(0, Date.parse(at) - Date.parse(updated_at)) + 500 + Math.random() * 2000 : Infinity;
}

/** Whether to try again. */
function passes({ status, code }) {
  return code === 'unreachable' || status === 429 || status >= 500;
}

function backOff(failures, { retryAfter = 0 }) {
  return Math.max(jittered(Math.min(2 ** failures, 30)), retryAfter * (1 + Math.random() / 4) * 1000);
}

async function patiently(call, { signal }, ...asked) {
  for (let tries = 1; ; tries++) {
    try {
      return await call(...asked);
    } catch (error) {
      if (!passes(error) || tries === TRIES || signal?.aborted) throw error;
      await sleep(backOff(tries - 1, error), signal);
    }
  }
}

function caller(room, { fetch = globalThis.fetch }) {
  return async (method, path, ticket) => {
    const impatience = new AbortController();
    const late = setTimeout(() => impatience.abort(), PATIENCE);
    try {
      const headers = { Accept: 'application/json', ...(ticket ? { Authorization: `Bearer ${ticket}` } : {}) };
      const answer = await fetch(`${room}${path}`, { method, headers, signal: impatience.signal });
      const body = answer.status === 204 ? null : await answer.json().catch(() => null);
      if (answer.ok) return body;
      const { code = 'unknown', title = `status ${answer.status}`, detail } = body ?? {};
      throw new AnteroomError(code, detail ?? title, answer.status, Number(answer.headers.get('Retry-After')) || 0);
    } catch (error) {
      throw error instanceof AnteroomError ? error : new AnteroomError('unreachable', String(error?.message ?? error));
    } finally {
      clearTimeout(late);
    }
  };
}

function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done);
  });
}
