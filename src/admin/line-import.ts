import { z } from 'zod';
import { MEBIBYTE } from '#http/body.ts';
import type { Route } from '#http/guard.ts';
import { invalid, route } from '#http/guard.ts';
import { fields } from '#settings/fields.ts';
import { counters } from './line.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

/** More than any line has. Its bits are a megabyte. */
const MOST_NUMBERS = 8_000_000;
/** Of places, and of tokens, in one request. */
const MOST_ROWS = 10_000;
const MOST_ADMISSIONS = 200_000;

const number = z.int().min(1).max(MOST_NUMBERS);
const count = z.int().min(0).max(MOST_NUMBERS);
const id = z.string().min(1).max(255);
const seconds = z.int().min(0).max(100_000_000_000);
const numbers = z
  .base64()
  .max(Math.ceil((MOST_NUMBERS / 8) * 1.5))
  .describe('A set of numbers: a bit each, most significant bit first, in base64. Bit 0 is no number.');

const line = fields({
  queue: count.describe('The highest number that was issued.'),
  serving: count.describe('The serving counter.'),
  claimed: count.describe('Admissions ever.'),
  completed: count,
  abandoned: count,
  spent: numbers.describe('The numbers whose visitors were admitted.'),
  present: numbers.describe('The numbers whose visitors may still come.'),
  missed: numbers.describe('The numbers whose turn has passed.'),
  admissions: z
    .array(fields({ visitor: id, number, issued_at: seconds, expires_at: seconds }))
    .max(MOST_ADMISSIONS)
    .describe('The admissions that have not ended. Times are in seconds.'),
});

const body = fields({
  line: line.optional().describe('First: the line itself, for a room without numbers.'),
  places: z
    .array(fields({ request_id: id, number, entry_time: seconds }))
    .max(MOST_ROWS)
    .default([])
    .describe('Then: the ids of visitors, with their numbers.'),
  tokens: z
    .array(
      fields({
        ...{ request_id: id, number, issued_at: seconds, expires: seconds, issuer: z.string().max(2048) },
        status: z.literal([-1, 0, 1]),
      }),
    )
    .max(MOST_ROWS)
    .default([])
    .describe('And the tokens that were issued to them.'),
}).meta({ id: 'LineImport' });

/** Moves the line of AWS's Virtual Waiting Room here. `npm run import-aws` sends it. */
export function lineImportRoutes(operationsFor: OperationsFor): Route[] {
  return [
    route({
      method: 'post',
      path: '/rooms/:room/import',
      operationId: 'importLine',
      role: 'owner',
      summary: "Import the line of AWS's Virtual Waiting Room, in several requests",
      params: inRoom,
      body,
      bodyLimit: 32 * MEBIBYTE,
      response: { 200: { description: 'The counters', schema: counters } },
      problems: ['room_not_found', 'line_in_use'],
      async handle({ params: { room }, body: { line, places, tokens }, ctx }) {
        const operations = operationsFor(ctx);
        const { aws } = await operations.room(room);
        if (!aws) throw invalid([{ field: 'room', message: 'must have aws' }]);
        if (line) {
          const [spent, present, missed] = [line.spent, line.present, line.missed].map((bits) =>
            Uint8Array.from(Buffer.from(bits, 'base64')),
          ) as [Uint8Array, Uint8Array, Uint8Array];
          const admissions = line.admissions.map(({ issued_at, expires_at, ...admission }) => ({
            ...admission,
            issuedAt: issued_at * 1000,
            expiresAt: expires_at * 1000,
          }));
          await operations.takeOver(room, { ...line, spent, present, missed, admissions });
        }
        await operations.importPlaces(
          room,
          places.map(({ request_id, number, entry_time }) => ({ id: request_id, number, enteredAt: entry_time })),
        );
        await operations.importTokens(
          room,
          tokens.map(({ request_id, issued_at, ...token }) => ({ ...token, sub: request_id, issuedAt: issued_at })),
        );
        return { status: 200, body: await operations.counters(room) };
      },
    }),
  ];
}
