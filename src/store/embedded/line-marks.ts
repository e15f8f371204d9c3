import type { LineId } from '#waiting-room/lanes.ts';
import type { LineMarks } from '#waiting-room/ports/line-marks.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Journal } from './journal.ts';

export interface LineMarksDeps {
  readonly group: GroupCommit;
  readonly journal: Pick<Journal, 'mark'>;
}

/** Lines are in memory, so to compare a mark costs no more than to note a change would. */
export function createLineMarks({ group, journal }: LineMarksDeps): LineMarks {
  let read = new Set<LineId>();
  return {
    read(lines) {
      for (const line of lines) read.add(line);
      return group.run(() => lines.map(journal.mark));
    },
    async changed() {
      const changed = read;
      read = new Set();
      return changed;
    },
  };
}
