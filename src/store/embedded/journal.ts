/**
 * The lines of all rooms: pure values in memory, and on disk each line as it was last saved whole, with the commands
 * since. Everything here happens within the work of a {@link GroupCommit}.
 */
import type { DatabaseSync } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';
import { RoomNotFound } from '#waiting-room/errors.ts';
import { nextDrawOf } from '#waiting-room/line/draw.ts';
import {
  type Input,
  type Line,
  type LineVerb,
  lineFor,
  newLine,
  type Output,
  perform,
} from '#waiting-room/line/index.ts';
import type { LineMark } from '#waiting-room/ports/line-marks.ts';
import type { RoomId } from '#waiting-room/room.ts';
import { type Command, commandOf, replay } from './command.ts';
import { freeze, thaw } from './frozen-line.ts';

/** A line is saved whole when its journal has outgrown what it takes to save it, and is no shorter than this, in bytes. */
const SAVE_AFTER = 1 << 20;

interface Entry {
  readonly line: Line;
  /** Bytes of the line when it was last saved whole, and of its journal since. */
  savedBytes: number;
  journalBytes: number;
  /** Done in this turn, not written yet. */
  unwritten: Command[];
}

export interface Journal {
  /** Reads all lines from the disk; also after {@link Journal.forget}, by itself. */
  load(): void;
  /** Does a verb, and records it if it changed something. `open` creates the line; others throw RoomNotFound. */
  perform<V extends LineVerb>(room: RoomId, verb: V, input: Input<V>, now: number): Output<V>;
  /** Null where there is no line. */
  mark(room: RoomId): LineMark | null;
  remove(room: RoomId): void;
  /** Writes down what was done since the last time. */
  write(): void;
  /** Saves all lines whole that have a journal. */
  saveAll(): void;
  /** Memory may differ from the disk: what is there counts. */
  forget(): void;
}

/** A line is saved whole at once after these, because the version before this one does not know them, or their input. */
const NEW_VERBS: ReadonlySet<string> = new Set([
  'takeOver',
  'undoClaim',
  'restoreAdmissions',
  'endedTurns',
  'restoreTurns',
  'extend',
  'undoRaise',
  'reset',
  'undoReset',
]);

export interface JournalDeps {
  readonly database: DatabaseSync;
  /** Called before the first change of a turn. */
  readonly begin: () => void;
  readonly saveAfter?: number | undefined;
}

export function createJournal({ database, begin, saveAfter = SAVE_AFTER }: JournalDeps): Journal {
  const sql = {
    saved: database.prepare('SELECT room, generation, line FROM lines'),
    journal: database.prepare('SELECT room, commands FROM journal ORDER BY seq'),
    append: database.prepare('INSERT INTO journal (room, commands) VALUES (?, ?)'),
    truncate: database.prepare('DELETE FROM journal WHERE room = ?'),
    save: database.prepare('INSERT OR REPLACE INTO lines (room, generation, line) VALUES (?, ?, ?)'),
  };
  let entries: Map<RoomId, Entry> | undefined;
  /** The last generation of rooms that were deleted. */
  const removed = new Map<RoomId, number>();
  const changed = new Set<RoomId>();

  function load(): Map<RoomId, Entry> {
    const loaded = new Map<RoomId, Entry>();
    removed.clear();
    changed.clear();
    for (const { room, generation, line } of sql.saved.iterate()) {
      if (line instanceof Uint8Array) loaded.set(String(room), entryOf(thaw(line), line.length));
      else removed.set(String(room), Number(generation));
    }
    for (const row of sql.journal.iterate()) {
      const room = String(row.room);
      const bytes = row.commands;
      if (!(bytes instanceof Uint8Array)) throw new TypeError(`the journal of ${room} is not bytes`);
      const commands: readonly Command[] = deserialize(bytes);
      for (const command of commands) {
        const entry = loaded.get(room) ?? begun(loaded, room, command);
        if (entry) replay(entry.line, command);
      }
      const entry = loaded.get(room);
      if (entry) entry.journalBytes += bytes.length;
    }
    entries = loaded;
    return loaded;
  }

  /**
   * The entry of a line that begins with this command: null where its room was deleted after the checkpoint. Early
   * versions began lines with `configure`.
   */
  function begun(into: Map<RoomId, Entry>, room: RoomId, [verb, , input]: Command): Entry | null {
    const tombstone = removed.get(room) ?? 0;
    if (verb !== 'open' && verb !== 'configure') throw new RoomNotFound(room);
    const line = verb === 'open' ? lineFor(input, tombstone) : newLine(input, tombstone + 1);
    if (!line) return null;
    const entry = entryOf(line, 0);
    into.set(room, entry);
    return entry;
  }

  function existing(room: RoomId): Entry {
    const entry = (entries ?? load()).get(room);
    if (!entry) throw new RoomNotFound(room);
    return entry;
  }

  function save(room: RoomId, entry: Entry): void {
    const bytes = freeze(entry.line);
    sql.save.run(room, entry.line.generation, bytes);
    sql.truncate.run(room);
    entry.savedBytes = bytes.length;
    entry.journalBytes = 0;
    entry.unwritten = [];
  }

  function append(room: RoomId, entry: Entry): void {
    const bytes = serialize(entry.unwritten);
    const isNew = entry.unwritten.some(([verb]) => NEW_VERBS.has(verb));
    if (isNew || entry.journalBytes + bytes.length > Math.max(saveAfter, entry.savedBytes)) {
      save(room, entry);
      return;
    }
    sql.append.run(room, bytes);
    entry.journalBytes += bytes.length;
    entry.unwritten = [];
  }

  return {
    load: () => void load(),
    perform(room, verb, input, now) {
      const all = entries ?? load();
      const there = all.get(room);
      if (!there && verb !== 'open') throw new RoomNotFound(room);
      const command = commandOf(verb, now, input, there?.line.clock ?? 0);
      const entry = there ?? begun(all, room, command);
      // Only `open` finds no line, and answers that.
      if (!entry) return false as Output<typeof verb>;
      const { output, changed: isChanged } = perform(entry.line, verb, input, now);
      if (isChanged) {
        begin();
        entry.unwritten.push(command);
        changed.add(room);
      }
      return output;
    },
    mark(room) {
      const line = (entries ?? load()).get(room)?.line;
      if (!line) return null;
      const { incarnation, generation, clock, queue } = line;
      return { incarnation, generation, clock, queue, arrivals: nextDrawOf(line.draws)?.arrivals ?? 0 };
    },
    remove(room) {
      const all = entries ?? load();
      const entry = all.get(room);
      if (!entry) return;
      begin();
      sql.save.run(room, entry.line.generation, null);
      sql.truncate.run(room);
      all.delete(room);
      changed.delete(room);
      removed.set(room, entry.line.generation);
    },
    write() {
      for (const room of changed) append(room, existing(room));
      changed.clear();
    },
    saveAll() {
      for (const [room, entry] of entries ?? []) if (entry.journalBytes > 0) save(room, entry);
    },
    forget() {
      entries = undefined;
      changed.clear();
    },
  };
}

function entryOf(line: Line, savedBytes: number): Entry {
  return { line, savedBytes, journalBytes: 0, unwritten: [] };
}
