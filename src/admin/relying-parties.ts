import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { invalid, route } from '#http/guard.ts';
import { clientId } from '#settings/fields.ts';
import { LATER_SETTINGS, relyingPartyBody, relyingPartyView, withLoginWindow } from '#settings/relying-party.ts';
import { warningsOf } from '#settings/relying-party-warnings.ts';
import { RoomNotFound } from '#waiting-room/errors.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { OperationsFor } from './operations-for.ts';

const ofClient = z.object({ client_id: clientId });

/** The relying parties. Their secrets go in and never come out. `issuer` is the public URL. */
export function relyingPartyRoutes(operationsFor: OperationsFor, issuer: string): Route[] {
  const shown = (party: RelyingParty) => {
    const { client_secret, ...rest } = party;
    return {
      ...LATER_SETTINGS,
      ...rest,
      client_secret_set: client_secret !== undefined,
      warnings: warningsOf(party, issuer),
    };
  };

  return [
    route({
      method: 'get',
      path: '/relying-parties',
      operationId: 'listRelyingParties',
      summary: 'All relying parties',
      response: { 200: { description: 'The relying parties', schema: z.array(relyingPartyView) } },
      handle: async ({ ctx }) => ({ status: 200, body: (await operationsFor(ctx).relyingParties()).map(shown) }),
    }),
    route({
      method: 'get',
      path: '/relying-parties/:client_id',
      operationId: 'getRelyingParty',
      summary: 'A relying party',
      params: ofClient,
      response: { 200: { description: 'The relying party', schema: relyingPartyView } },
      problems: ['relying_party_not_found'],
      handle: async ({ params, ctx }) => ({
        status: 200,
        body: shown(await operationsFor(ctx).relyingParty(params.client_id)),
      }),
    }),
    route({
      method: 'put',
      path: '/relying-parties/:client_id',
      operationId: 'putRelyingParty',
      summary: 'Make or replace a relying party; without a client_secret it is a public client',
      params: ofClient,
      body: relyingPartyBody,
      response: {
        200: { description: 'It was there before', schema: relyingPartyView },
        201: { description: 'It is new', schema: relyingPartyView },
      },
      async handle({ params, body, ctx }) {
        if (body.client_id !== undefined && body.client_id !== params.client_id) {
          throw invalid([{ field: 'client_id', message: 'must be the client id in the path, or be left out' }]);
        }
        const party = withLoginWindow(params.client_id, body);
        const isNew = await operationsFor(ctx)
          .putRelyingParty(party)
          .catch((error) => {
            throw error instanceof RoomNotFound
              ? invalid([{ field: 'room', message: 'names a room that is not there' }])
              : error;
          });
        return { status: isNew ? 201 : 200, body: shown(party) };
      },
    }),
    route({
      method: 'delete',
      path: '/relying-parties/:client_id',
      operationId: 'deleteRelyingParty',
      summary: 'Take a relying party away',
      params: ofClient,
      response: { 204: { description: 'It is gone' } },
      problems: ['relying_party_not_found'],
      async handle({ params, ctx }) {
        await operationsFor(ctx).deleteRelyingParty(params.client_id);
        return { status: 204 };
      },
    }),
  ];
}
