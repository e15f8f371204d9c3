import { randomUUID } from 'node:crypto';
import type { Actor } from './activity.ts';
import { NoteNotFound, NotesFull } from './errors.ts';
import type { OperationsContext } from './operations-context.ts';
import { stored } from './ports/revision.ts';
import type { RoomId } from './room.ts';
import { changeSettings, unconditional } from './settings-change.ts';

/** The most notes of a room, and characters of a note. */
export const NOTES = 20;
export const NOTE_LENGTH = 500;

/** What an operator pinned to a room, for other operators. */
export interface Note {
  readonly id: string;
  readonly text: string;
  readonly by: Actor;
  /** ISO 8601. */
  readonly at: string;
}

/** The notes that operators pin to a room. No visitor sees them. */
export interface NoteOperations {
  /** Newest first. */
  notes(id: RoomId): Promise<readonly Note[]>;
  /** Rejects with NotesFull where the room has {@link NOTES} already. */
  addNote(id: RoomId, text: string): Promise<Note>;
  /** Rejects with NoteNotFound. */
  removeNote(id: RoomId, note: string): Promise<void>;
}

/** The record of a room's notes. */
export const notesOf = (id: RoomId): string => `notes:${id}`;

export function createNoteOperations(context: OperationsContext): NoteOperations {
  const { records, now, by, existingRoom, audit } = context;
  const { roomRecords } = records;

  async function change(id: RoomId, next: (notes: readonly Note[]) => readonly Note[]): Promise<void> {
    const read = async () => {
      const text = await roomRecords.text(notesOf(id));
      return text === null ? null : stored<readonly Note[]>(text);
    };
    const write = (notes: readonly Note[], expected: string | null) =>
      roomRecords.put(notesOf(id), JSON.stringify(notes), expected);
    await changeSettings({ read, write }, unconditional, (notes) => next(notes ?? []));
  }

  return {
    async notes(id) {
      await existingRoom(id);
      return JSON.parse((await roomRecords.text(notesOf(id))) ?? '[]') as readonly Note[];
    },
    async addNote(id, text) {
      await existingRoom(id);
      const note = { id: randomUUID(), text, by, at: new Date(now()).toISOString() };
      await change(id, (notes) => {
        if (notes.length >= NOTES) throw new NotesFull(id, NOTES);
        return [note, ...notes];
      });
      audit('note.added', id, { id: note.id, text });
      return note;
    },
    async removeNote(id, note) {
      await existingRoom(id);
      await change(id, (notes) => {
        if (!notes.some((each) => each.id === note)) throw new NoteNotFound(id, note);
        return notes.filter((each) => each.id !== note);
      });
      audit('note.removed', id, { id: note });
    },
  };
}
