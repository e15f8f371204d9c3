import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { Problem } from '#http/problem.ts';
import { type PublishedKey, RotationInProgress, type SigningKeySet } from '#signing-keys/index.ts';
import { operatorOf } from './operator-of.ts';
import { reasonOf } from './reason.ts';

const time = z.iso.datetime().nullable();
const key = z
  .object({
    kid: z.string(),
    alg: z.string(),
    status: z
      .enum(['next', 'signing', 'previous'])
      .describe('`next` is published and does not sign yet, `previous` is published and does not sign any more.'),
    source: z.enum(['file', 'rotation']).describe('`file` is JWKS_FILE or `keys/jwks.json`.'),
    added_at: time.describe('Null for a key of the file, before the first rotation.'),
    signs_from: time.describe('Null for a key that signs since before the first rotation.'),
    removed_at: time.describe('When it leaves the JWKS. Null: it has no successor yet.'),
  })
  .meta({ id: 'SigningKey' });
const keys = z.object({ keys: z.array(key) }).meta({ id: 'SigningKeys' });

const query = z.object({
  emergency: z
    .enum(['true', 'false'])
    .default('false')
    .describe(
      'Whether the new keys sign at once and all others are dropped. Every token signed before is worthless then.',
    ),
});

export interface KeyRoutesDeps {
  readonly keySet: Pick<SigningKeySet, 'list' | 'rotate'>;
  readonly hashAddress: (req: IncomingMessage) => string;
}

/** The signing keys. Private parts never leave the service. */
export function keyRoutes({ keySet, hashAddress }: KeyRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/keys',
      operationId: 'listKeys',
      role: 'viewer',
      summary: 'List the published signing keys: of each algorithm the one that signs first',
      response: { 200: { description: 'The keys', schema: keys } },
      handle: async () => ({ status: 200, body: documentOf(await keySet.list()) }),
    }),
    route({
      method: 'post',
      path: '/keys/rotate',
      operationId: 'rotateKeys',
      role: 'owner',
      summary: 'Rotate the signing keys: new ones are published now and sign after a day',
      query,
      idempotent: true,
      response: { 200: { description: 'The keys after the rotation', schema: keys } },
      problems: ['rotation_in_progress'],
      async handle({ query, ctx }) {
        const options = {
          by: operatorOf(ctx),
          addressHash: hashAddress(ctx.req),
          reason: reasonOf(ctx),
          emergency: query.emergency === 'true',
        };
        try {
          return { status: 200, body: documentOf(await keySet.rotate(options)) };
        } catch (error) {
          if (error instanceof RotationInProgress) throw refused(error);
          throw error;
        }
      },
    }),
  ];
}

const iso = (at: number | null) => (at === null || at <= 0 ? null : new Date(at).toISOString());

const documentOf = (published: readonly PublishedKey[]) => ({
  keys: published.map(({ kid, alg, status, source, addedAt, signsFrom, removeAt }) => ({
    ...{ kid, alg, status, source },
    ...{ added_at: iso(addedAt), signs_from: iso(signsFrom), removed_at: iso(removeAt) },
  })),
});

function refused({ until }: RotationInProgress): Problem {
  const detail =
    until === null
      ? 'Another process is rotating the keys. Get the keys, and try again if nothing changed.'
      : `The keys of the last rotation sign from ${new Date(until).toISOString()}. Until then only ?emergency=true rotates.`;
  return new Problem('rotation_in_progress', { detail });
}
