/**
 * The budget of unproven visitors: so many of an address may be present or inside, and ten times as many of the network
 * around it. It is decided at the join, in the order of the joins, and sealed into the ticket. Visitors who prove
 * themselves or leave no longer count. A visitor who is absent when another needs the place loses it, and needs a proof
 * to be present again.
 */
import { narrowOf, WIDE, wideOf } from '../entry/address-key.ts';
import type { VisitorId } from '../visitor.ts';
import { liveAdmission } from './admission.ts';
import { nextDrawOf } from './draw.ts';
import { isForfeited, type Line, measuredTime } from './line.ts';

/** How long, in seconds, a visitor counts after the join without a heartbeat. */
const ARRIVES_WITHIN = 30;
/** The most networks. A further one has no budget. */
const NETWORKS = 50_000;
/** The most entries of all networks. In Redis they take some 100 MB. */
export const ENTRIES = 1_800_000;
/**
 * How many other networks are checked with each new one at most: those whose last look, or first visitor, was longest ago.
 * While there is room for new networks, the check ends early: with every eighth one, after one that keeps entries. Where
 * there is no room for entries, networks are checked with each visitor instead, until there is.
 */
const LOOKED_AT = 2;
const NEW_FOR_ONE_KEPT = 8;
/** How many entries are checked at once: all that a network may have by default. */
const CHECKED = 200;

const secondOf = (line: Line, now: number) => Math.floor(measuredTime(line, now) / 1000);

/**
 * Whether an entry is of a visitor who may still be on the way. It is `number:second,address:visitor`, or `e` draw `.`
 * index `:second,address:visitor`. Earlier versions leave out `,address`.
 */
function isRecent(line: Line, entry: string, now: number): boolean {
  return secondOf(line, now) - Number.parseInt(entry.slice(entry.indexOf(':') + 1), 10) <= ARRIVES_WITHIN;
}

const isOf = (entry: string, address: string) => entry.includes(`,${address}:`);

const isEntrant = (entry: string) => entry.startsWith('e');
const numberOf = (entry: string) => Number(entry.slice(0, entry.indexOf(':')));

function isGoneEntrant(line: Line, entry: string, now: number): boolean {
  const [draw, index = 0] = entry.slice(1, entry.indexOf(':')).split('.').map(Number);
  const next = nextDrawOf(line.draws);
  if (!next || draw !== line.draws.length || next.withdrawn.has(index)) return true;
  return !isRecent(line, entry, now) && !next.presence.present.has(index);
}

/** Whether the visitor of an entry has left, has a proof, or lost the place in the budget. */
function isGone(line: Line, entry: string, now: number): boolean {
  if (isEntrant(entry)) return isGoneEntrant(line, entry, now);
  const number = numberOf(entry);
  if (!line.unproven.has(number) || isForfeited(line, number)) return true;
  const [, , visitor = ''] = entry.split(':');
  return line.spent.has(number) && liveAdmission(line.admissions, visitor, now)?.number !== number;
}

/** Whether the visitor of an entry that is not gone is neither present nor inside. */
function isAbsent(line: Line, entry: string, now: number): boolean {
  const number = numberOf(entry);
  if (isEntrant(entry) || isRecent(line, entry, now) || line.spent.has(number)) return false;
  const isServed = line.holding.has(number) || line.servedAgain.has(number);
  return !isServed && !line.presence.present.has(number) && !line.arriving.has(number);
}

/** Takes the visitor of an absent entry out of the budget and off the front. */
function forfeit(line: Line, entry: string): void {
  const number = numberOf(entry);
  line.missed.add(number);
  line.waited.delete(number);
  line.returned.delete(number);
}

/** Stores the entries of a network, which keeps its turn to be looked at: also one without any that is left. */
function keepEntries(line: Line, network: string, entries: readonly string[]): void {
  line.budgetEntries += entries.length - (line.budget.get(network)?.length ?? 0);
  line.budget.set(network, entries);
}

/** Stores the entries of a network whose turn it was to be looked at, and puts it behind the others if there are any. */
function keepLast(line: Line, network: string, entries: readonly string[]): void {
  keepEntries(line, network, entries);
  line.budget.delete(network);
  if (entries.length > 0) line.budget.set(network, entries);
}

/** Checks the first of the entries, and puts those that stay behind the others: the next check is of the next ones. */
function checkEntries(entries: readonly string[], stays: (entry: string) => boolean): readonly string[] {
  return [...entries.slice(CHECKED), ...entries.slice(0, CHECKED).filter(stays)];
}

/** Without entries that do not count. Visitors who are absent lose their place. */
function withoutAbsent(line: Line, entries: readonly string[], now: number): readonly string[] {
  return checkEntries(entries, (entry) => {
    if (isGone(line, entry, now)) return false;
    const absent = isAbsent(line, entry, now);
    if (absent) forfeit(line, entry);
    return !absent;
  });
}

/**
 * Checks the networks whose last look was longest ago, before `joining` visitors come, from `coming` new networks among
 * others. Absent visitors keep their place while there is room. Where the budgets are less than half full,
 * nothing has to go.
 */
function lookAtOldest(line: Line, coming: number, joining: number, now: number): void {
  const hasRoomForEntries = () => line.budgetEntries + joining <= ENTRIES;
  const networks = line.budget.size + coming;
  if (networks <= NETWORKS / 2 && line.budgetEntries <= ENTRIES / 2) return;
  const isFull = networks > NETWORKS;
  const lacksRoom = !hasRoomForEntries();
  const newcomers = lacksRoom ? joining : coming;
  let keeping = isFull ? Number.POSITIVE_INFINITY : Math.ceil(newcomers / NEW_FOR_ONE_KEPT);
  for (const [network, entries] of line.budget
    .entries()
    .take(LOOKED_AT * newcomers)
    .toArray()) {
    if (keeping === 0) return;
    const kept =
      isFull || lacksRoom
        ? withoutAbsent(line, entries, now)
        : checkEntries(entries, (entry) => !isGone(line, entry, now));
    keepLast(line, network, kept);
    if (kept.length > 0) keeping -= 1;
    if (lacksRoom && !isFull && hasRoomForEntries()) return;
  }
}

/** Whether an address may have one more of its network. It is checked once with each batch of joins: in `checked`. */
function addressHasRoom(line: Line, { address, network }: Source, limit: number, checked: Set<string>, now: number) {
  const entries = () => line.budget.get(network) ?? [];
  // An earlier version kept the entries of an address here too, and those of the network without an address.
  const former = () => line.budget.get(address) ?? [];
  const count = () => entries().filter((entry) => isOf(entry, address)).length + former().length;
  if (entries().length < limit || count() < limit) return true;
  if (checked.has(address)) return false;
  checked.add(address);
  if (former().length > 0) keepEntries(line, address, withoutAbsent(line, former(), now));
  const { own = [], others = [] } = Object.groupBy(entries(), (entry) => (isOf(entry, address) ? 'own' : 'others'));
  if (own.length > 0) keepEntries(line, network, [...others, ...withoutAbsent(line, own, now)]);
  return count() < limit;
}

/** The same for a network. */
function networkHasRoom(line: Line, { network }: Source, limit: number, checked: Set<string>, now: number): boolean {
  const entries = line.budget.get(network);
  if (!entries) return line.budget.size < NETWORKS;
  if (entries.length < limit) return true;
  if (checked.has(network)) return false;
  checked.add(network);
  const kept = withoutAbsent(line, entries, now);
  keepEntries(line, network, kept);
  return kept.length < limit;
}

/** Where a visitor comes from. The name of a network has a slash before it. */
interface Source {
  readonly address: string;
  readonly network: string;
}

const sourceOf = (key: string): Source => ({ address: narrowOf(key), network: `/${wideOf(key)}` });

/** Grants an entry, if the budgets of the address and of its network allow it. */
function grant(line: Line, source: Source, entry: string, checked: Set<string>, now: number): boolean {
  const limit = line.rules.unprovenPerAddress ?? 0;
  if (!addressHasRoom(line, source, limit, checked, now)) return false;
  if (!networkHasRoom(line, source, WIDE * limit, checked, now)) return false;
  if (line.budgetEntries >= ENTRIES) return false;
  keepEntries(line, source.network, [...(line.budget.get(source.network) ?? []), entry]);
  return true;
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
  if (!line.rules.unprovenPerAddress) return entrants.map(({ proven }) => proven === true);
  const sources = entrants.map(({ proven, address }) => (proven || !address ? null : sourceOf(address)));
  const coming = sources.flatMap((source) => (source && !line.budget.has(source.network) ? [source.network] : []));
  lookAtOldest(line, new Set(coming).size, sources.filter(Boolean).length, now);
  const checked = new Set<string>();
  const second = secondOf(line, now);
  return entrants.map(({ visitor }, index) => {
    const source = sources[index];
    if (!source) return true;
    return grant(line, source, `${idOf(index)}:${second},${source.address}:${visitor}`, checked, now);
  });
}
