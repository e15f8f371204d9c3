import type { Context } from 'koa';
import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { invalid, route } from '#http/guard.ts';
import type { Fault } from '#settings/faults.ts';
import { check } from '#settings/faults.ts';
import { clientId } from '#settings/fields.ts';
import { mergePatch } from '#settings/merge-patch.ts';
import {
  LATER_SETTINGS,
  READ_ONLY,
  relyingParty,
  relyingPartyBody,
  relyingPartyFrom,
  relyingPartyView,
} from '#settings/relying-party.ts';
import { warningsOf } from '#settings/relying-party-warnings.ts';
import { targetsOfRelyingParty } from '#settings/targets.ts';
import { RoomNotFound } from '#waiting-room/errors.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { sentence } from '#waiting-room/sentence.ts';
import type { OperationsFor } from './operations-for.ts';
import type { EntityTags } from './preconditions.ts';
import type { SayTo } from './say-to.ts';
import { type TargetFault, targetFaults } from './target-faults.ts';

const ofClient = z.object({ client_id: clientId });

export interface RelyingPartyRoutesDeps {
  readonly operationsFor: OperationsFor;
  readonly sayTo: SayTo;
  readonly tags: EntityTags;
  /** The public URL. */
  readonly issuer: string;
  /** What the OpenID provider would refuse. */
  readonly clientFaults: (party: RelyingParty) => Promise<readonly Fault[]>;
  readonly targetFault: TargetFault;
}

/** The relying parties. Answers never contain a secret. */
export function relyingPartyRoutes(deps: RelyingPartyRoutesDeps): Route[] {
  const { operationsFor, sayTo, tags, issuer, clientFaults, targetFault } = deps;

  const shown = (ctx: Context, party: RelyingParty, hasRoom = true) => {
    const { client_secret, ...rest } = party;
    return {
      ...LATER_SETTINGS,
      ...rest,
      client_secret_set: client_secret !== undefined,
      warnings: [...(hasRoom ? [] : [roomIsMissing(party)]), ...warningsOf(party, issuer)].map(sayTo(ctx)),
    };
  };

  /** As they are stored: the room may have been deleted since. */
  async function shownAsStored(ctx: Context, parties: readonly RelyingParty[]) {
    const rooms = new Set((await operationsFor(ctx).rooms()).map(({ id }) => id));
    return parties.map((party) => shown(ctx, party, rooms.has(party.room)));
  }

  async function accepted(party: RelyingParty, before: RelyingParty | null): Promise<RelyingParty> {
    const targets = before ? targetsOfRelyingParty(before) : [];
    const faults = [
      ...(await clientFaults(party)),
      ...targetFaults(targetFault, targetsOfRelyingParty(party), targets),
    ];
    if (faults.length > 0) throw invalid(faults);
    return party;
  }

  return [
    route({
      method: 'get',
      path: '/relying-parties',
      operationId: 'listRelyingParties',
      role: 'viewer',
      summary: 'List all relying parties',
      response: { 200: { description: 'The relying parties', schema: z.array(relyingPartyView) } },
      handle: async ({ ctx }) => ({
        status: 200,
        body: await shownAsStored(ctx, await operationsFor(ctx).relyingParties()),
      }),
    }),
    route({
      method: 'get',
      path: '/relying-parties/:client_id',
      operationId: 'getRelyingParty',
      role: 'viewer',
      summary: "Get a relying party's settings",
      params: ofClient,
      versioned: true,
      response: { 200: { description: 'The relying party', schema: relyingPartyView } },
      problems: ['relying_party_not_found'],
      async handle({ params, ctx }) {
        const { value, revision } = await operationsFor(ctx).storedRelyingParty(params.client_id);
        const [body] = await shownAsStored(ctx, [value]);
        return { status: 200, body, headers: tags.header(revision) };
      },
    }),
    route({
      method: 'put',
      path: '/relying-parties/:client_id',
      operationId: 'putRelyingParty',
      role: 'owner',
      summary:
        'Create or replace a relying party. A client_secret that is not named stays; null makes a public client.',
      params: ofClient,
      versioned: true,
      body: relyingPartyBody,
      response: {
        200: { description: 'The relying party existed: its new settings', schema: relyingPartyView },
        201: { description: 'The relying party is new: its settings', schema: relyingPartyView },
      },
      async handle({ params, body, ctx }) {
        if (body.client_id !== undefined && body.client_id !== params.client_id) throw otherId();
        const { isNew, value, revision } = await operationsFor(ctx)
          .upsertRelyingParty(
            params.client_id,
            (before) => accepted(relyingPartyFrom(params.client_id, body, before), before),
            tags.precondition(ctx),
          )
          .catch(unknownRoom);
        return { status: isNew ? 201 : 200, body: shown(ctx, value), headers: tags.header(revision) };
      },
    }),
    route({
      method: 'patch',
      path: '/relying-parties/:client_id',
      operationId: 'patchRelyingParty',
      role: 'owner',
      summary: 'Change some settings of a relying party by a merge patch (RFC 7396). null restores a default.',
      params: ofClient,
      versioned: true,
      body: z.record(z.string(), z.unknown()).describe('Some of the fields of a RelyingParty.'),
      bodyTypes: ['application/merge-patch+json'],
      response: { 200: { description: 'All settings after the change', schema: relyingPartyView } },
      problems: ['relying_party_not_found'],
      async handle({ params, body, ctx }) {
        const { value, revision } = await operationsFor(ctx)
          .changeRelyingParty(
            params.client_id,
            (before) => accepted(patch(before, body), before),
            tags.precondition(ctx),
          )
          .catch(unknownRoom);
        return { status: 200, body: shown(ctx, value), headers: tags.header(revision) };
      },
    }),
    route({
      method: 'delete',
      path: '/relying-parties/:client_id',
      operationId: 'deleteRelyingParty',
      role: 'owner',
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

const roomIsMissing = ({ room }: RelyingParty) => sentence('parties.warning.no_room', { room });

const otherId = () => invalid([{ field: 'client_id', message: 'must be the client id in the path, or be left out' }]);

function unknownRoom(error: unknown): never {
  throw error instanceof RoomNotFound
    ? invalid([{ field: 'room', message: 'must be the id of a room that exists' }])
    : error;
}

/** Throws an `invalid_request` problem where the result is not a relying party. */
function patch(before: RelyingParty, change: Record<string, unknown>): RelyingParty {
  const changes = Object.entries(change).filter(([name]) => !READ_ONLY.includes(name));
  const patched = check(relyingParty, mergePatch(z.encode(relyingParty, before), Object.fromEntries(changes)));
  if (!patched.ok) throw invalid(patched.faults);
  if (patched.value.client_id !== before.client_id) throw otherId();
  return patched.value;
}
