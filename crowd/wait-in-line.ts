import { solve } from '../assets/client.js';
import type { Answer, Browser } from './browser.ts';

/** What the crowd reads of a visitor's facts. */
interface Facts {
  readonly state: string;
  readonly number: number | null;
  readonly poll_after: number;
  readonly heartbeat_after: number;
  readonly challenge?: string;
}

export interface Waiting {
  readonly browser: Browser;
  /** The waiting page. */
  readonly page: string;
  /** The URL of the room's status. */
  readonly status: string;
  /** The time at which the patience ends, in ms since the epoch. */
  readonly until: number;
  readonly now: () => number;
  readonly sleep: (seconds: number) => Promise<void>;
}

const JSON_ONLY = { Accept: 'application/json' };
const OVER = ['closed', 'ended', 'sold_out', 'maintenance'];

/**
 * Does what the waiting page does: follows the room's status, sends heartbeats when they are due, solves the challenge
 * when it is asked, and claims the turn. Answers where the turn leads; null if the patience ended or the room closed.
 */
export async function waitInLine(waiting: Waiting): Promise<string | null> {
  const { browser, page, until, now } = waiting;
  for (;;) {
    const facts = await fetchProvenFacts(browser, page);
    if (facts.state === 'served') {
      const claimed = await browser.post(page);
      if (claimed.location !== '' && claimed.location !== page) return claimed.location;
    }
    if (facts.state === 'expired') await browser.post(page, { rejoin: '1' });
    if (OVER.includes(facts.state) || now() >= until) return null;
    await untilHeartbeat(waiting, facts);
  }
}

async function untilHeartbeat({ browser, status, until, now, sleep }: Waiting, facts: Facts): Promise<void> {
  const due = Math.min(now() + facts.heartbeat_after * 1000, until);
  let wait = facts.state === 'served' ? 1 : facts.poll_after;
  while (now() < due) {
    await sleep(Math.min(wait * (0.8 + Math.random() * 0.4), Math.max(0, due - now()) / 1000));
    if (facts.state !== 'waiting') return;
    const { serving, mode, poll_after } = read<{ serving: number; mode: string; poll_after: number }>(
      await browser.get(status, JSON_ONLY),
    );
    if (serving >= (facts.number ?? 0) || mode !== 'queue') return;
    wait = poll_after;
  }
}

async function fetchFacts(browser: Browser, page: string): Promise<Facts> {
  return read<Facts>(await browser.get(page, JSON_ONLY));
}

/** Solves the challenge if one is asked for. The facts after it are the first heartbeat that counts as proven. */
async function fetchProvenFacts(browser: Browser, page: string): Promise<Facts> {
  const facts = await fetchFacts(browser, page);
  if (!facts.challenge) return facts;
  const challenge = read<Parameters<typeof solve>[0]>(
    await browser.get(new URL(facts.challenge, page).href, JSON_ONLY),
  );
  await browser.post(page, { proof: await solve(challenge) });
  return fetchFacts(browser, page);
}

function read<T>(answer: Answer): T {
  if (answer.status >= 400) throw new Error(`status ${answer.status}`);
  return answer.json<T>();
}
