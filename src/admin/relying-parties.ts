import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { invalid, route } from '#http/guard.ts';
import type { Fault } from '#settings/faults.ts';
import { clientId } from '#settings/fields.ts';
import { LATER_SETTINGS, relyingPartyBody, relyingPartyView, withLoginWindow } from '#settings/relying-party.ts';
import { warningsOf } from '#settings/relying-party-warnings.ts';
import { RoomNotFound } from '#waiting-room/errors.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { OperationsFor } from './operations-for.ts';
import type { EntityTags } from './preconditions.ts';

const ofClient = z.object({ client_id: clientId });

export interface RelyingPartyRoutesDeps {
  readonly operationsFor: OperationsFor;
  readonly tags: EntityTags;
  /** The public URL. */
  readonly issuer: string;
  /** What the OpenID provider would refuse. */
  readonly clientFaults: (party: RelyingParty) => Promise<readonly Fault[]>;
}

/** The relying parties. Answers never contain a secret. */
export function relyingPartyRoutes({ operationsFor, tags, issuer, clientFaults }: RelyingPartyRoutesDeps): Route[] {
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
      summary: 'List all relying parties',
      response: { 200: { description: 'The relying parties', schema: z.array(relyingPartyView) } },
      handle: async ({ ctx }) => ({ status: 200, body: (await operationsFor(ctx).relyingParties()).map(shown) }),
    }),
    route({
      method: 'get',
      path: '/relying-parties/:client_id',
      operationId: 'getRelyingParty',
      summary: "Get a relying party's settings",
      params: ofClient,
      versioned: true,
      response: { 200: { description: 'The relying party', schema: relyingPartyView } },
      problems: ['relying_party_not_found'],
      async handle({ params, ctx }) {
        const { value, revision } = await operationsFor(ctx).storedRelyingParty(params.client_id);
        return { status: 200, body: shown(value), headers: tags.header(revision) };
      },
    }),
    route({
      method: 'put',
      path: '/relying-parties/:client_id',
      operationId: 'putRelyingParty',
      summary: 'Create or replace a relying party. Without a client_secret it is a public client.',
      params: ofClient,
      versioned: true,
      body: relyingPartyBody,
      response: {
        200: { description: 'The relying party existed: its new settings', schema: relyingPartyView },
        201: { description: 'The relying party is new: its settings', schema: relyingPartyView },
      },
      async handle({ params, body, ctx }) {
        if (body.client_id !== undefined && body.client_id !== params.client_id) {
          throw invalid([{ field: 'client_id', message: 'must be the client id in the path, or be left out' }]);
        }
        const party = withLoginWindow(params.client_id, body);
        const faults = await clientFaults(party);
        if (faults.length > 0) throw invalid(faults);
        const { isNew, revision } = await operationsFor(ctx)
          .putRelyingParty(party, tags.precondition(ctx))
          .catch((error) => {
            throw error instanceof RoomNotFound
              ? invalid([{ field: 'room', message: 'must be the id of a room that exists' }])
              : error;
          });
        return { status: isNew ? 201 : 200, body: shown(party), headers: tags.header(revision) };
      },
    }),
    route({
      method: 'delete',
      path: '/relying-parties/:client_id',
      operationId: 'deleteRelyingParty',
      summary: 'Delete a relying party',
      params: ofClient,
      versioned: true,
      response: { 204: { description: 'The relying party is deleted' } },
      problems: ['relying_party_not_found'],
      async handle({ params, ctx }) {
        await operationsFor(ctx).deleteRelyingParty(params.client_id, tags.precondition(ctx));
        return { status: 204 };
      },
    }),
  ];
}
