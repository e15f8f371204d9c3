import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { fields } from '#settings/fields.ts';
import { refuseUnreadable } from '#settings/plain-text.ts';
import { NOTE_LENGTH, NOTES } from '#waiting-room/note-operations.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

const note = z
  .object({
    id: z.string(),
    text: z.string(),
    by: z.string().describe("The name of the operator's token."),
    at: z.iso.datetime(),
  })
  .meta({ id: 'Note' });

const text = z
  .string()
  .trim()
  .min(1)
  .refine((value) => [...value].length <= NOTE_LENGTH, `must have at most ${NOTE_LENGTH} characters`)
  .check(refuseUnreadable)
  .describe(`What the next operator should know, at most ${NOTE_LENGTH} characters.`);

/** The notes that operators pin to a room. */
export function noteRoutes(operationsFor: OperationsFor): Route[] {
  return [
    route({
      method: 'get',
      path: '/rooms/:room/notes',
      operationId: 'listNotes',
      role: 'viewer',
      summary: 'List the notes that operators pinned to a room, newest first',
      params: inRoom,
      response: { 200: { description: 'The notes', schema: z.array(note) } },
      problems: ['room_not_found'],
      handle: async ({ params, ctx }) => ({ status: 200, body: await operationsFor(ctx).notes(params.room) }),
    }),
    route({
      method: 'post',
      path: '/rooms/:room/notes',
      operationId: 'addNote',
      role: 'operator',
      summary: `Pin a note to a room, which has ${NOTES} at most`,
      params: inRoom,
      body: fields({ text }).meta({ id: 'NoteBody' }),
      idempotent: true,
      response: { 201: { description: 'The note', schema: note } },
      problems: ['room_not_found', 'notes_full'],
      handle: async ({ params, body, ctx }) => ({
        status: 201,
        body: await operationsFor(ctx).addNote(params.room, body.text),
      }),
    }),
    route({
      method: 'delete',
      path: '/rooms/:room/notes/:note',
      operationId: 'removeNote',
      role: 'operator',
      summary: 'Remove a note from a room',
      params: inRoom.extend({ note: z.string().min(1).max(100) }),
      response: { 204: { description: 'The note is removed' } },
      problems: ['room_not_found', 'note_not_found'],
      async handle({ params, ctx }) {
        await operationsFor(ctx).removeNote(params.room, params.note);
        return { status: 204 };
      },
    }),
  ];
}
