import { type LineStore, lineStoreOf } from '#waiting-room/ports/line.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Journal } from './journal.ts';

export interface LineDeps {
  readonly group: GroupCommit;
  readonly journal: Journal;
}

export function createLineStore({ group, journal }: LineDeps): LineStore {
  return lineStoreOf((room, verb, input, now) => group.run(() => journal.perform(room, verb, input, now)));
}
