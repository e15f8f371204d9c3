import { divide, exactParts, type Sharer } from './divide.ts';

export interface SplitTurns {
  readonly parts: readonly number[];
  /** For the next split: the part of a turn that each is behind its share, from -1 to 1. */
  readonly carry: readonly number[];
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

/**
 * Splits turns among lines. Where fewer turns come than people want, each line gets its share over time, also where a
 * single turn comes at once.
 *
 * @param carry what the last split answered; empty at first.
 */
export function splitTurns(turns: number, sharers: readonly Sharer[], carry: readonly number[] = []): SplitTurns {
  if (turns >= sum(sharers.map(({ wants }) => wants))) return { parts: divide(turns, sharers), carry: [] };
  const due = exactParts(turns, sharers).map((part, i) => part + (carry[i] ?? 0));
  const parts = sharers.map(({ wants }, i) => Math.min(wants, Math.max(0, Math.floor(due[i] ?? 0))));
  const behind = (i: number) => (due[i] ?? 0) - (parts[i] ?? 0);
  const change = (indexes: readonly number[], by: 1 | -1) => {
    const [first] = [...indexes].sort((one, other) => by * (behind(other) - behind(one)));
    if (first !== undefined) parts[first] = (parts[first] ?? 0) + by;
  };
  const all = sharers.map((_, i) => i);
  for (let left = turns - sum(parts); left > 0; left--) {
    change(
      all.filter((i) => (parts[i] ?? 0) < (sharers[i]?.wants ?? 0)),
      1,
    );
  }
  for (let over = sum(parts) - turns; over > 0; over--) {
    change(
      all.filter((i) => (parts[i] ?? 0) > 0),
      -1,
    );
  }
  return { parts, carry: sharers.map(({ wants }, i) => (wants > 0 ? Math.min(1, Math.max(-1, behind(i))) : 0)) };
}
