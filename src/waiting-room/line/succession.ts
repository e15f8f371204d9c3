/**
 * Which of two states of a room's line came later. A reset begins another line in the place of the one before, with an
 * incarnation of its own, and undoing it brings that one back. All of them are of one lineage, and each reset and undo
 * raises the epoch: so a process that remembers the later one opens that, if the store loses it.
 */

/** Names a line, and its place in the lineage. */
export interface Successor {
  readonly incarnation: string;
  readonly generation: number;
  /** The incarnation that the lineage began with; '' for the line's own. Left out by the version before. */
  readonly lineage?: string | undefined;
  /** Grows with each reset and undo. Below the generation where only versions before this one reset the line. */
  readonly epoch?: number | undefined;
}

export function lineageOf({ lineage = '', incarnation }: Successor): string {
  return lineage === '' ? incarnation : lineage;
}

export function epochOf({ epoch = 0, generation }: Successor): number {
  return Math.max(epoch, generation);
}

/** Positive where `one` came later, and 0 where both are the same line. Null: they have nothing to do with each other. */
export function compareSuccession(one: Successor, other: Successor): number | null {
  if (lineageOf(one) !== lineageOf(other)) return null;
  const later = epochOf(one) - epochOf(other) || one.generation - other.generation;
  return later === 0 && one.incarnation !== other.incarnation ? null : later;
}
