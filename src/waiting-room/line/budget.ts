/**
 * The budget of unproven visitors of an address: so many may be present or inside. It is decided at the join, in the
 * order of the joins, and sealed into the ticket. A visitor who proves, or is gone, leaves it free.
 */
import type { VisitorId } from '../visitor.ts';
import { liveAdmission } from './admission.ts';
import { nextDrawOf } from './draw.ts';
import type { Line } from './line.ts';

/** A visitor counts for so long after the join without a heartbeat, in seconds. */
const ARRIVES_WITHIN = 30;
/** So many addresses at most; beyond that a new one has no budget. */
const ADDRESSES = 100_000;
/** With each new address so many others are looked at, those that were not for the longest time. */
const LOOKED_AT = 2;

const secondOf = (line: Line, now: number) => Math.floor((now - line.shifted) / 1000);

/** Whether an entry, `number:second:visitor` or `e` draw `.` index `:second:visitor`, still counts. */
function counts(line: Line, entry: string, now: number): boolean {
  const [id = '', second, visitor = ''] = entry.split(':');
  const isRecent = secondOf(line, now) - Number(second) <= ARRIVES_WITHIN;
  if (id.startsWith('e')) {
    const [draw, index = 0] = id.slice(1).split('.').map(Number);
    const next = nextDrawOf(line.draws);
    if (!next || draw !== line.draws.length || next.withdrawn.has(index)) return false;
    return isRecent || next.presence.present.has(index);
  }
  const number = Number(id);
  if (!line.unproven.has(number)) return false;
  if (line.spent.has(number)) return liveAdmission(line.admissions, visitor, now)?.number === number;
  return isRecent || line.presence.present.has(number) || line.holding.has(number) || line.servedAgain.has(number);
}

/** Keeps the entries of an address, as the one that was looked at last. */
function keepEntries(line: Line, address: string, entries: readonly string[]): void {
  line.budget.delete(address);
  if (entries.length > 0) line.budget.set(address, entries);
}

/** Looks at the addresses that were not looked at for the longest time. */
function lookAtOldest(line: Line, now: number): void {
  for (const [address, entries] of line.budget.entries().take(LOOKED_AT).toArray()) {
    keepEntries(
      line,
      address,
      entries.filter((entry) => counts(line, entry, now)),
    );
  }
}

/** Grants the first of `wanted` entries, as far as the budget of the address goes; how many. */
function grant(line: Line, address: string, wanted: readonly string[], now: number): number {
  const limit = line.rules.unprovenPerAddress ?? 0;
  let entries = line.budget.get(address) ?? [];
  if (entries.length === 0) {
    lookAtOldest(line, now);
    if (line.budget.size >= ADDRESSES) return 0;
  }
  if (entries.length + wanted.length > limit) entries = entries.filter((entry) => counts(line, entry, now));
  const granted = wanted.slice(0, Math.max(0, limit - entries.length));
  keepEntries(line, address, [...entries, ...granted]);
  return granted.length;
}

type Shown = {
  readonly visitor: VisitorId;
  readonly proven?: boolean | undefined;
  readonly address?: string | null | undefined;
};

/** Whether each entrant is proven or within the budget of the address. `idOf` is what an entrant gets. */
export function withinBudget(
  line: Line,
  entrants: readonly Shown[],
  idOf: (index: number) => string,
  now: number,
): boolean[] {
  if (!line.rules.challenge) return entrants.map(() => true);
  const wanted = new Map<string, number[]>();
  const isWithin = entrants.map(({ proven, address }, index) => {
    if (proven) return true;
    if (!line.rules.unprovenPerAddress) return false;
    if (!address) return true;
    wanted.set(address, [...(wanted.get(address) ?? []), index]);
    return false;
  });
  const second = secondOf(line, now);
  for (const [address, indexes] of wanted) {
    const entries = indexes.map((index) => `${idOf(index)}:${second}:${entrants[index]?.visitor}`);
    for (const index of indexes.slice(0, grant(line, address, entries, now))) isWithin[index] = true;
  }
  return isWithin;
}
