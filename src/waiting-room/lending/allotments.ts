/**
 * How a size is divided among lines that share it, and lent. Lines are changed one at a time, by any process, and late
 * messages may arrive in any order. So there is one record of what each line is allotted, which is changed by
 * compare-and-set, and each allotment has a version: a line ignores an older one than it has.
 *
 * A record is carried out in two steps: first the lines that shrink, then those that grow. The second step looks again at
 * what is in use. So the lines never have, and never use, more than the size together.
 */
import { divide } from './divide.ts';

/** What a line may have of the size. */
export interface Allotment {
  /** Infinity for no limit. */
  readonly size: number;
  /** 0 for a line that never had an allotment of a record. */
  readonly version: number;
}

/** By the id of the line. */
export type Allotments = Readonly<Record<string, Allotment>>;

/** A line that shares the size, as it was seen no earlier than the record was read, or in the same moment. */
export interface SharingLine {
  readonly id: string;
  /** From 0 to 1. */
  readonly share: number;
  /** What the line has. */
  readonly allotment: Allotment;
  /** Visitors inside, and places held. */
  readonly used: number;
  /** People who would take a place now. */
  readonly demand: number;
  /** It gets no more than these, but keeps what it uses. Unlimited by default. */
  readonly most?: number | undefined;
}

/** What comes next; null where all is as it should be. */
export type LendingStep =
  /** Write this record, if no other was written since the one that was read. */
  | { readonly record: Allotments }
  /** Give these lines their allotments. */
  | { readonly apply: Allotments }
  | null;

/**
 * The next step towards what the lines should have. Any number of processes may take steps at once.
 *
 * @param record null where there is none.
 * @param size what the lines share; Infinity for no limit.
 * @param now milliseconds since the epoch: versions grow even where the last record was lost.
 */
export function nextLendingStep(
  record: Allotments | null,
  lines: readonly SharingLine[],
  size: number,
  now: number,
): LendingStep {
  const targets = targetsOf(lines, size);
  const version = Math.max(now, ...versionsOf(record, lines)) + 1;
  const begin = () => ({ record: firstRecord(record, lines, targets, version) });
  const kept = keptBy(record, lines);
  if (!kept) return begin();

  const different = lines.filter(({ id, allotment }) => !isSame(allotment, kept(id)));
  // A line that has the size already gets the version first: otherwise an older allotment could arrive later.
  const late = different.filter(({ id, allotment }) => allotment.size >= kept(id).size);
  if (late.length > 0) return { apply: recordOf(late, ({ id }) => kept(id)) };
  const together = (sizeOf: (line: SharingLine, index: number) => number) =>
    sum(lines.map((line, i) => Math.max(line.used, sizeOf(line, i))));
  if (different.length > 0) {
    const isSafe = together(({ id }) => kept(id).size) <= size;
    return isSafe ? { apply: recordOf(different, ({ id }) => kept(id)) } : begin();
  }

  // While more is used than there is, no line grows.
  const canGrow = together((_, i) => targets[i] ?? 0) <= size;
  const sizeOf = ({ id }: SharingLine, i: number) => Math.min(targets[i] ?? 0, canGrow ? size : kept(id).size);
  const changes = (line: SharingLine, i: number) => sizeOf(line, i) !== kept(line.id).size;
  if (!lines.some(changes)) return null;
  return {
    record: recordOf(lines, (line, i) => (changes(line, i) ? { size: sizeOf(line, i), version } : kept(line.id))),
  };
}

/** What the lines should have: their shares, where nobody lends, and no less than they use. */
export function targetsOf(
  lines: readonly Pick<SharingLine, 'share' | 'used' | 'demand' | 'most'>[],
  size: number,
): number[] {
  return divide(
    size,
    lines.map(({ share, used, demand, most = Number.POSITIVE_INFINITY }) => {
      const limit = Math.max(used, most);
      return { share, least: used, wants: Math.min(used + demand, limit), most: limit };
    }),
  );
}

/** What a record says of each line; null where it does not fit the lines: one is new, or changes of the record were lost. */
function keptBy(record: Allotments | null, lines: readonly SharingLine[]): ((id: string) => Allotment) | null {
  if (!record || !lines.every(({ id, allotment }) => allotment.version <= (record[id]?.version ?? -1))) return null;
  return (id) => record[id] as Allotment;
}

/** The first record of lines: none has more than before. */
function firstRecord(
  before: Allotments | null,
  lines: readonly SharingLine[],
  targets: readonly number[],
  version: number,
): Allotments {
  return recordOf(lines, ({ id, allotment }, i) => {
    const sizes = [allotment.size, targets[i] ?? 0, before?.[id]?.size ?? Number.POSITIVE_INFINITY];
    return { size: Math.min(...sizes), version };
  });
}

const isSame = (one: Allotment, other: Allotment) => one.size === other.size && one.version === other.version;

const versionsOf = (record: Allotments | null, lines: readonly SharingLine[]) => [
  ...Object.values(record ?? {}).map(({ version }) => version),
  ...lines.map(({ allotment }) => allotment.version),
];

const recordOf = (lines: readonly SharingLine[], of: (line: SharingLine, index: number) => Allotment): Allotments =>
  Object.fromEntries(lines.map((line, index) => [line.id, of(line, index)]));

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
