/** What an import writes, from the rows of the three tables alone: a pure function. */
import type { Position, Raise, Rows, Token } from './rows.ts';

export interface PlanOptions {
  /** How long a served position may be claimed, in seconds; null where expiry is off. */
  readonly expiry: number | null;
  /** The serving counter where expiry is off: AWS keeps it in Redis alone. */
  readonly serving: number | null;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** The line as `POST /rooms/{room}/import` takes it. */
export interface LinePlan {
  readonly queue: number;
  readonly serving: number;
  readonly claimed: number;
  readonly completed: number;
  readonly abandoned: number;
  /** Sets of numbers: a bit each, in base64. */
  readonly spent: string;
  readonly present: string;
  readonly missed: string;
  readonly admissions: readonly { visitor: string; number: number; issued_at: number; expires_at: number }[];
}

export interface Plan {
  readonly line: LinePlan;
  readonly positions: readonly Position[];
  readonly tokens: readonly Token[];
  /** Ids that shared a number with another, and get one at the end of the line. */
  readonly moved: readonly { readonly id: string; readonly from: number; readonly to: number }[];
  readonly counts: {
    readonly waiting: number;
    /** Served, not late, without a token. */
    readonly served: number;
    readonly missed: number;
    /** Numbers that nobody holds. */
    readonly unheld: number;
  };
}

export function planOf({ positions, tokens, raises }: Rows, { expiry, serving: counter, now }: PlanOptions): Plan {
  const highest = Math.max(0, ...maxima(positions), ...maxima(tokens));
  const { held, moved } = eachOnItsOwn(positions, tokens, highest);
  const queue = highest + moved.length;
  const serving = counter ?? lastRaise(raises);

  const spent = new Set(tokens.map(({ number }) => number));
  const open = held.filter(({ number }) => !spent.has(number));
  const coveredAt = expiry === null ? null : coverage(raises);
  const isLate = ({ number, enteredAt }: Position) =>
    expiry !== null && coveredAt !== null && now - Math.max(enteredAt, coveredAt(number) ?? now) > expiry;
  const missed = open.filter((position) => position.number <= serving && isLate(position));
  const late = new Set(missed.map(({ number }) => number));
  const present = open.filter(({ number }) => !late.has(number));
  const isLive = ({ status, expires }: Token) => status === 0 && expires > now;

  return {
    line: {
      ...{ queue, serving, claimed: tokens.length },
      completed: tokens.filter(({ status }) => status === 1).length,
      abandoned: tokens.filter(({ status }) => status === -1).length,
      spent: bitsOf(spent, queue),
      present: bitsOf(
        present.map(({ number }) => number),
        queue,
      ),
      missed: bitsOf(late, queue),
      admissions: tokens.filter(isLive).map(({ id, number, issuedAt, expires }) => ({
        ...{ visitor: id, number, issued_at: issuedAt, expires_at: expires },
      })),
    },
    positions: held,
    tokens,
    moved,
    counts: {
      waiting: present.filter(({ number }) => number > serving).length,
      served: present.filter(({ number }) => number <= serving).length,
      missed: missed.length,
      unheld: queue - spent.size - present.length - missed.length,
    },
  };
}

/** `Math.max` takes only so many arguments. */
function maxima(rows: readonly { readonly number: number }[]): readonly number[] {
  return rows.length === 0 ? [] : [rows.reduce((most, { number }) => Math.max(most, number), 0)];
}

/** The last raise by time; of several in the same second the furthest. */
function lastRaise(raises: readonly Raise[]): number {
  const last = raises.reduce<Raise | null>(
    (best, raise) => (!best || raise.at > best.at || (raise.at === best.at && raise.to > best.to) ? raise : best),
    null,
  );
  return last?.to ?? 0;
}

/** When each number was served: at the raise with the smallest counter that covers it, as AWS's function looks it up. */
function coverage(raises: readonly Raise[]): (number: number) => number | null {
  const sorted = [...raises].sort((a, b) => a.to - b.to);
  return (number) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.to ?? 0) >= number) high = middle;
      else low = middle + 1;
    }
    return sorted[low]?.at ?? null;
  };
}

/**
 * AWS's queue may hand one number to two people, or to one who has a token already. Who has the token, else who came
 * first, keeps it; the others get numbers of their own at the end.
 */
function eachOnItsOwn(positions: readonly Position[], tokens: readonly Token[], highest: number) {
  const owner = new Map(tokens.map(({ number, id }) => [number, id]));
  const withToken = new Map(tokens.map(({ id, number }) => [id, number]));
  const inOrder = [...positions].sort(
    (a, b) => a.number - b.number || a.enteredAt - b.enteredAt || (a.id < b.id ? -1 : 1),
  );
  const held: Position[] = [];
  const moved: { id: string; from: number; to: number }[] = [];
  for (const position of inOrder) {
    const { id } = position;
    const claimed = withToken.get(id);
    const number = claimed ?? position.number;
    if (claimed !== undefined || (owner.get(number) ?? id) === id) {
      if (claimed === undefined) owner.set(number, id);
      held.push({ ...position, number });
    } else {
      const to = highest + moved.length + 1;
      moved.push({ id, from: number, to });
      held.push({ ...position, number: to });
    }
  }
  const known = new Set(held.map(({ id }) => id));
  const withoutPosition = tokens.filter(({ id }) => !known.has(id));
  held.push(...withoutPosition.map(({ id, number, issuedAt }) => ({ id, number, enteredAt: issuedAt })));
  return { held, moved };
}

function bitsOf(numbers: Iterable<number>, queue: number): string {
  const bytes = Buffer.alloc((queue >> 3) + 1);
  for (const number of numbers) bytes[number >> 3] = (bytes[number >> 3] ?? 0) | (0x80 >> (number & 7));
  return bytes.toString('base64');
}
