/** What the gate says of a page, asked as a proxy would ask it for a visitor from outside. */
import { Refused, type Told, wordsOf } from './api.ts';

export interface GateAnswer {
  readonly verdict: 'line' | 'passes' | 'refused';
  /** Where a visitor from outside goes. */
  readonly location: string | null;
  readonly detail: Told | null;
}

/** Nobody joins the line by it. Throws a `TypeError` for what is no URL. */
export async function askGate(room: string, page: string): Promise<GateAnswer> {
  const { protocol, host, pathname, search } = new URL(page);
  const answer = await fetch(`../rooms/${encodeURIComponent(room)}/gate/check?redirect=401`, {
    cache: 'no-store',
    // The operator may be inside: the question is what happens to those who are not.
    credentials: 'omit',
    headers: {
      'X-Forwarded-Method': 'GET',
      'X-Forwarded-Proto': protocol.slice(0, -1),
      'X-Forwarded-Host': host,
      'X-Forwarded-Uri': `${pathname}${search}`,
    },
  });
  if (answer.status === 204) return { verdict: 'passes', location: null, detail: null };
  const problem = (await answer.json().catch(() => ({}))) as object;
  if (answer.status === 401) return { verdict: 'line', location: answer.headers.get('Location'), detail: null };
  return { verdict: 'refused', location: null, detail: wordsOf(new Refused(answer.status, problem)) };
}
