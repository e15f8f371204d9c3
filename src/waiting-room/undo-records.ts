/** The latest changes of a room that an operator can undo, kept beside its settings. */
import { randomUUID } from 'node:crypto';
import type { Actor } from './activity.ts';
import { StoreUnavailable } from './errors.ts';
import type { LaneName } from './lanes.ts';
import type { OperationsContext } from './operations-context.ts';
import { type Revision, revisionOf, stored } from './ports/revision.ts';
import type { RoomRecords } from './ports/room-records.ts';
import type { RoomId, RoomSettings } from './room.ts';
import { changeSettings, unconditional } from './settings-change.ts';

/** The most changes of each kind that are kept of a room. */
export const UNDOABLE = 5;

/** Who did something, and when, in ISO 8601. */
export interface Deed {
  readonly id: string;
  readonly by: Actor;
  readonly at: string;
}

/**
 * A change of the settings. It is kept before the settings change, so one that did not come about may be among them:
 * `revision` says whether the settings are those that the change made.
 */
export interface ChangeRecord extends Deed {
  readonly revision: Revision;
  /** The fields of the settings before, in their order: the revision depends on it. */
  readonly fields: readonly string[];
  /** The values of those that the change replaced or removed. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** How far a raise moved the serving counter of a line, or of the lines of some lanes. */
export interface RaiseRecord extends Deed {
  readonly parts: readonly RaisedPart[];
}

export interface RaisedPart {
  /** Left out for the default lane, and in a room without lanes. */
  readonly lane?: LaneName;
  readonly incarnation: string;
  readonly generation: number;
  readonly from: number;
  readonly to: number;
}

/** A reset, by the lines that it began. It is kept before they begin, so they may not all have. */
export interface ResetRecord extends Deed {
  /** The default lane comes first. */
  readonly lines: readonly { readonly lane?: LaneName; readonly incarnation: string }[];
}

/** Changes and raises are newest first. Of resets only the latest is kept. */
export interface UndoRecord {
  readonly settings: readonly ChangeRecord[];
  readonly raises: readonly RaiseRecord[];
  readonly reset: ResetRecord | null;
}

export interface UndoRecords {
  read(room: RoomId): Promise<UndoRecord>;
  change(room: RoomId, next: (record: UndoRecord) => UndoRecord): Promise<void>;
  /** Forgets a change that was undone, unless the store is unavailable. */
  forgetChange(room: RoomId, deed: Deed): Promise<void>;
  /** Keeps a change of the settings, unless the store is unavailable: then it cannot be undone. */
  keepChange(deed: Deed, before: RoomSettings, after: RoomSettings): Promise<void>;
  /** The same for a raise. */
  keepRaise(room: RoomId, raise: RaiseRecord): Promise<void>;
  /** Rejects where the store is unavailable: then nothing is reset. */
  keepReset(room: RoomId, reset: ResetRecord): Promise<void>;
  forgetReset(room: RoomId, reset: Deed): Promise<void>;
}

/** The record of what can be undone in a room. */
export const undoOf = (id: RoomId): string => `undo:${id}`;

const NONE: UndoRecord = { settings: [], raises: [], reset: null };

export function createUndoRecords(roomRecords: RoomRecords): UndoRecords {
  async function read(room: RoomId) {
    const text = await roomRecords.text(undoOf(room));
    return text === null ? null : stored<UndoRecord>(text);
  }

  async function change(room: RoomId, next: (record: UndoRecord) => UndoRecord): Promise<void> {
    const write = (record: UndoRecord, expected: Revision | null) =>
      roomRecords.put(undoOf(room), JSON.stringify(record), expected);
    await changeSettings({ read: () => read(room), write }, unconditional, (record) => next({ ...NONE, ...record }));
  }

  /** What cannot be kept happens all the same. */
  async function keep(room: RoomId, next: (record: UndoRecord) => UndoRecord): Promise<void> {
    await change(room, next).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error;
    });
  }

  return {
    read: async (room) => ({ ...NONE, ...(await read(room))?.value }),
    change,
    async keepChange(deed, before, after) {
      const kept = changeRecord(deed, before, after);
      await keep(after.id, (record) => ({ ...record, settings: latest(kept, record.settings) }));
    },
    forgetChange: (room, deed) => keep(room, (record) => ({ ...record, settings: without(record.settings, deed) })),
    keepReset: (room, reset) => change(room, (record) => ({ ...record, reset })),
    forgetReset: (room, { id }) =>
      keep(room, (record) => ({ ...record, reset: record.reset?.id === id ? null : record.reset })),
    keepRaise: (room, raise) => keep(room, (record) => ({ ...record, raises: latest(raise, record.raises) })),
  };
}

/** A deed of this moment. */
export function newDeed({ by, now }: Pick<OperationsContext, 'by' | 'now'>): Deed {
  return { id: randomUUID(), by, at: new Date(now()).toISOString() };
}

/** With the newest first; what has the same id is replaced. */
function latest<T extends Deed>(newest: T, others: readonly T[]): readonly T[] {
  return [newest, ...without(others, newest)].slice(0, UNDOABLE);
}

export const without = <T extends Deed>(records: readonly T[], { id }: Deed): readonly T[] =>
  records.filter((each) => each.id !== id);

function changeRecord(deed: Deed, before: RoomSettings, after: RoomSettings): ChangeRecord {
  const is: Readonly<Record<string, unknown>> = { ...after };
  const isReplaced = ([field, value]: [string, unknown]) => JSON.stringify(value) !== JSON.stringify(is[field]);
  const replaced = Object.entries(before).filter(isReplaced);
  return {
    ...deed,
    revision: revisionOf(JSON.stringify(after)),
    fields: Object.keys(before),
    values: Object.fromEntries(replaced),
  };
}

/** The settings before a change, given those after it. */
export function settingsBefore({ fields, values }: ChangeRecord, after: RoomSettings): RoomSettings {
  const all: Readonly<Record<string, unknown>> = { ...after, ...values };
  return Object.fromEntries(fields.map((field) => [field, all[field]])) as unknown as RoomSettings;
}
