// See client.d.ts.

/** @import * as T from './types.d.ts' */

const TIMEOUT = 10_000;
const TRIES = 6;
const CHALLENGED = 'challenge_required';
const INVALID = 'ticket_invalid';
/** For how long a challenge keeps a thread busy at once, in ms. */
const SLICE = 8;

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
  const { ticket, ...facts } = await enter(createCall(room, options), options);
  return createVisit(room, options, ticket, facts);
}

/** @type {T.Enter} */
async function enter(call, options, proof, tries = 1) {
  try {
    return await retry(call, options, 'POST', '/tickets', undefined, proof ? { proof } : undefined);
  } catch (error) {
    // A proof that was used before its answer got lost is refused.
    const code = error instanceof AnteroomError ? error.code : '';
    const isAsked = code === CHALLENGED || (proof && code === 'proof_invalid');
    if (!isAsked || tries === TRIES) throw error;
    return enter(call, options, await solveAside(await retry(call, options, 'GET', '/challenge')), tries + 1);
  }
}

/** @type {T.Resume} */
export function resume(room, ticket, options = {}) {
  return createVisit(room, options, ticket, null);
}

/** @type {T.CreateVisit} */
function createVisit(room, options, ticket, known) {
  const call = createCall(room, options);
  /** @type {T.CallOwn} */
  const callOwn = (method, path = '') => retry(call, options, method, `/tickets/self${path}`, ticket).catch(refuse);
  let { former = null } = options;
  /** The last ticket that was of another line. */
  let replaced = '';
  let isProving = false;

  /** @type {T.Refuse} */
  function refuse(error) {
    if (error.code === INVALID) replaced = ticket;
    throw error;
  }

  async function rejoin() {
    /** @type {T.TicketFacts} */
    const { ticket: next, ...facts } = await callOwn('POST', '/rejoin').catch((error) => {
      if (error.code === CHALLENGED) return enter(call, options);
      throw error;
    });
    if (!former || ticket === replaced) former = ticket;
    ticket = next;
    known = null;
    return facts;
  }

  /** While the visitor waits. A failure changes nothing: the next facts ask for a proof again. */
  async function prove() {
    if (isProving) return;
    isProving = true;
    const asked = ticket;
    try {
      const proof = await solveAside(await call('GET', '/challenge', asked));
      /** @type {T.TicketFacts} */
      const { ticket: proven } = await call('POST', '/tickets/self/proof', asked, { proof });
      if (ticket === asked) ticket = proven;
    } catch {
      // See above.
    } finally {
      isProving = false;
    }
  }

  /** An undone reset brings the ticket of before back. @type {T.FetchFormer} */
  async function fetchFormer(error) {
    if (error.code !== INVALID || !former) return refuse(error);
    /** @type {T.Facts} */
    const facts = await call('GET', '/tickets/self', former).catch(refuse);
    [ticket, former] = [former, ticket];
    return facts;
  }

  async function fetchFacts() {
    /** @type {T.Facts} */
    const facts = await call('GET', '/tickets/self', ticket).catch(fetchFormer);
    if (facts.challenge) prove();
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
    if (next?.challenge) prove();
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
    get former() {
      return former;
    },
    facts,
    async claim() {
      const { ticket: next = ticket, ...tokens } = await callOwn('POST', '/claim');
      ticket = next;
      return tokens;
    },
    rejoin,
    leave: () => callOwn('DELETE'),
  };
}

/** @type {T.ToFacts} */
function toFacts(last, status) {
  const { number, state, lane = '' } = last;
  const { mode, poll_after, message, message_id, updated_at, stock } = status;
  // Numbers are of the visitor's lane, where the room has lanes.
  const { serving, ahead, per_minute } = status.lanes?.[lane] ?? status;
  // The start moved, the event was cancelled, or the draw was made.
  if (state === 'before_start' && status.starts_at !== last.starts_at) return null;
  const inLine = state === 'waiting' || state === 'paused';
  const now = mode.replace(/queue|pass.*/, 'waiting');
  if (inLine || state === 'closed' ? now !== state : now === 'closed') return null;
  const next = { ...last, serving, poll_after, message, message_id, updated_at, stock };
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

/** In a worker, where there are any: this module is one for itself. @type {T.SolveAside} */
async function solveAside(challenge) {
  const source = `import { solve } from ${JSON.stringify(import.meta.url)};
    onmessage = async ({ data }) => postMessage(await solve(data));`;
  const url = globalThis.Worker && URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return await new Promise((resolve, reject) => {
      const worker = new Worker(url, { type: 'module' });
      worker.onmessage = ({ data }) => {
        worker.terminate();
        resolve(data);
      };
      worker.onerror = reject;
      worker.postMessage(challenge);
    });
  } catch {
    // No workers, or a Content-Security-Policy that forbids this one.
    return solve(challenge);
  } finally {
    if (url) URL.revokeObjectURL(url);
  }
}

/** @type {T.Solve} */
export async function solve(challenge) {
  const { salt, nonce, cost, keyPrefix } = challenge.parameters;
  const start = wordsOf(salt + nonce);
  const prefix = wordsOf(keyPrefix);
  const block = new Int32Array(16);
  const key = new Int32Array(8);
  for (let counter = 0, rest = Date.now(); ; counter++) {
    block.fill(0);
    block.set([...start, counter, END]);
    block[15] = 32 * start.length + 32;
    sha256(key, block);
    for (let times = 1; times < cost; times++) {
      block.fill(0);
      block.set(key);
      block[8] = END;
      block[15] = 256;
      sha256(key, block);
    }
    if (prefix.every((word, at) => word === key[at])) {
      const derivedKey = [...key].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
      return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
    }
    if (counter % 64 === 0 && Date.now() - rest > SLICE) {
      await sleep(0);
      rest = Date.now();
    }
  }
}

/** @param {string} hex */
const wordsOf = (hex) => (hex.match(/.{8}/g) ?? []).map((word) => Number.parseInt(word, 16) | 0);

/** The bit after a message (FIPS 180-4 §5.1.1). */
const END = 0x80000000 | 0;
const W = new Int32Array(64);
/** The first bits of the fractional parts of roots of the first primes (§4.2.2, §5.3.3). */
const [K, H] = constants();
const [h0 = 0, h1 = 0, h2 = 0, h3 = 0, h4 = 0, h5 = 0, h6 = 0, h7 = 0] = H;

/** @returns {[Int32Array, Int32Array]} */
function constants() {
  const primes = [2];
  for (let n = 3; primes.length < 64; n += 2) if (primes.every((prime) => n % prime)) primes.push(n);
  const bits = (/** @type {number} */ root) => ((root % 1) * 2 ** 32) | 0;
  return [Int32Array.from(primes.map(Math.cbrt), bits), Int32Array.from(primes.slice(0, 8).map(Math.sqrt), bits)];
}

/**
 * SHA-256 of one block. Browsers have it in crypto.subtle for secure contexts only, and slower for so little.
 *
 * @param {Int32Array} out
 * @param {Int32Array} block
 */
function sha256(out, block) {
  let a = h0;
  let b = h1;
  let c = h2;
  let d = h3;
  let e = h4;
  let f = h5;
  let g = h6;
  let h = h7;
  W.set(block);
  for (let i = 0; i < 64; i++) {
    let w = W[i] ?? 0;
    if (i > 15) {
      const x = W[i - 15] ?? 0;
      const y = W[i - 2] ?? 0;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w = (s0 + s1 + (W[i - 7] ?? 0) + (W[i - 16] ?? 0)) | 0;
      W[i] = w;
    }
    const e1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const a0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t1 = (h + e1 + ((e & f) ^ (~e & g)) + (K[i] ?? 0) + w) | 0;
    const t2 = (a0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  out[0] = h0 + a;
  out[1] = h1 + b;
  out[2] = h2 + c;
  out[3] = h3 + d;
  out[4] = h4 + e;
  out[5] = h5 + f;
  out[6] = h6 + g;
  out[7] = h7 + h;
}

/** @type {T.Jitter} */
const jitter = (seconds) => seconds * (0.8 + Math.random() * 0.4) * 1000;

/** @type {T.UntilEvent} */
const untilEvent = ({ starts_at, claim_by, updated_at }) =>
  Math.max(0, Date.parse(starts_at ?? claim_by ?? '') - Date.parse(updated_at)) + 500 + Math.random() * 2000 ||
  Infinity;

/** @type {T.CanRetry} */
function canRetry(error) {
  if (!(error instanceof AnteroomError) || error.code === CHALLENGED) return false;
  return !error.status || error.status === 429 || error.status >= 500;
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
function createCall(room, { fetch = globalThis.fetch, pass }) {
  return async (method, path, ticket, body) => {
    const cancel = new AbortController();
    const end = setTimeout(() => cancel.abort(), TIMEOUT);
    try {
      const headers = {
        Accept: 'application/json',
        ...(ticket && { Authorization: `Bearer ${ticket}` }),
        ...(body && { 'Content-Type': 'application/json' }),
        ...(pass && path === '/tickets' && { 'Anteroom-Pass': pass }),
      };
      const { signal } = cancel;
      const answer = await fetch(room + path, { method, headers, signal, ...(body && { body: JSON.stringify(body) }) });
      const content = answer.status === 204 ? undefined : await answer.json().catch(() => null);
      const { ok, status } = answer;
      if (ok) return content;
      const { code = 'unknown', title = `status ${status}`, detail } = content ?? {};
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
