import type { Adapter, AdapterPayload, ClientMetadata, KoaContextWithOIDC } from 'oidc-provider';
import Provider, { errors } from 'oidc-provider';
import type { OidcRecord, OidcRecords } from '#waiting-room/ports/oidc-records.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { ClientAttempts } from './client-attempts.ts';
import { clientMetadata } from './client-metadata.ts';
import { loginContext } from './login-context.ts';
import type { StoppedTokens } from './tokens/stopped-tokens.ts';

export interface AdapterDeps {
  readonly records: OidcRecords;
  readonly relyingParties: RelyingParties;
  readonly clientAttempts: Pick<ClientAttempts, 'begin'>;
  readonly stoppedTokens: StoppedTokens;
  readonly now: () => number;
}

/** Models whose artifact may be used only once, also by two requests at the same moment. */
const SINGLE_USE = new Set(['AuthorizationCode', 'RefreshToken', 'PushedAuthorizationRequest']);

/**
 * oidc-provider's view of the store. Relying parties are its clients; a pending request travels in the waiting page's
 * address and leaves no Interaction; a pushed request travels in its `request_uri`; a session in which no visitor is
 * logged in is not stored.
 */
export function createAdapterFactory(deps: AdapterDeps): (model: string) => Adapter {
  const { records, relyingParties, clientAttempts, stoppedTokens, now } = deps;
  /** The settings of a relying party are another object as soon as they may have changed. */
  const known = new WeakMap<RelyingParty, ClientMetadata>();

  function metadataOf(party: RelyingParty): ClientMetadata {
    const found = known.get(party);
    if (found) return found;
    const metadata = clientMetadata(party);
    known.set(party, metadata);
    return metadata;
  }

  return (model) => {
    const adapter: Adapter = {
      upsert: (id, payload, expiresIn) => records.upsert(model, id, payload, expiresIn),
      find: (id) => records.find(model, id),
      // oidc-provider looks up only tokens that end with their session so. Anteroom's end with their admission.
      findByUid: async () => undefined,
      findByUserCode: async () => undefined,
      async consume(id) {
        const first = await records.consume(model, id, now());
        if (!first && SINGLE_USE.has(model)) throw new errors.InvalidGrant('already consumed');
      },
      destroy: (id) => records.destroy(model, id),
      revokeByGrantId: (grantId) => records.revokeByGrantId(grantId),
    };
    switch (model) {
      case 'Client':
        return {
          ...adapter,
          find: async (id) => {
            await clientAttempts.begin(Provider.ctx, id);
            const party = await relyingParties.find(id);
            // The adapter of this model answers with client metadata (oidc-provider's README, "Adapter").
            return party ? (usableIn(Provider.ctx, metadataOf(party)) as unknown as AdapterPayload) : undefined;
          },
        };
      case 'Interaction':
        return {
          ...adapter,
          upsert: async (id, payload, expiresIn) => {
            if (!travels(Provider.ctx)) await adapter.upsert(id, payload, expiresIn);
          },
        };
      case 'ReplayDetection':
        return {
          ...adapter,
          // Anybody can send proofs to the other endpoints. There they bind a code, which needs its own proof.
          upsert: async (id, payload, expiresIn) => {
            const route = Provider.ctx?.oidc.route;
            if (route === 'token' || route === 'userinfo') await adapter.upsert(id, payload, expiresIn);
          },
        };
      case 'PushedAuthorizationRequest':
        return { ...adapter, upsert: async () => undefined };
      case 'Session':
        return {
          ...adapter,
          upsert: async (id, payload, expiresIn) => {
            if (payload.accountId) await adapter.upsert(id, payload, expiresIn);
          },
        };
      case 'Grant':
        return {
          ...adapter,
          upsert: async (id, payload, expiresIn) => {
            const write = adapter.upsert(id, payload, expiresIn);
            if (Provider.ctx?.oidc.route !== 'authorization') return write;
            // A code follows at once, whose write waits for this one too. Without a code, nobody needs the grant.
            loginContext(Provider.ctx).grantWrite = write;
            write.catch(() => undefined);
          },
        };
      case 'AuthorizationCode':
      case 'AccessToken': {
        const codeOrToken: Adapter = {
          ...adapter,
          async upsert(id, payload, expiresIn) {
            const { ctx } = Provider;
            await Promise.all([
              adapter.upsert(id, withSerial(payload, ctx), expiresIn),
              ctx && loginContext(ctx).grantWrite,
            ]);
          },
          find: async (id) => noteSerial(unbound(await records.find(model, id)), Provider.ctx),
        };
        if (model === 'AuthorizationCode') return codeOrToken;
        return {
          ...codeOrToken,
          upsert: (id, payload, expiresIn) =>
            codeOrToken.upsert(id, ...stoppedTokens.issued(payload, expiresIn ?? 0, Provider.ctx)),
          find: async (id) => stoppedTokens.found((await codeOrToken.find(id)) ?? undefined, Provider.ctx),
        };
      }
      case 'RefreshToken':
        return {
          ...adapter,
          upsert: (id, payload, expiresIn) =>
            adapter.upsert(id, withSerial(withoutNonce(payload), Provider.ctx), expiresIn),
          find: async (id) => {
            const payload = noteSerial(unbound(await records.find(model, id)), Provider.ctx);
            return payload ? withoutNonce(payload) : undefined;
          },
        };
      default:
        return adapter;
    }
  };
}

/**
 * During a logout oidc-provider would send the logout tokens itself, while the visitor waits. The logout queue sends
 * them, so oidc-provider sees no client with a back channel there.
 */
function usableIn(ctx: KoaContextWithOIDC | undefined, metadata: ClientMetadata): ClientMetadata {
  if (ctx?.oidc.route !== 'end_session_confirm') return metadata;
  const { backchannel_logout_uri: _uri, backchannel_logout_session_required: _required, ...others } = metadata;
  return others;
}

/** A refreshed ID token should have no nonce (OpenID Connect Core §12.2). */
function withoutNonce({ nonce: _nonce, ...payload }: AdapterPayload): AdapterPayload {
  return payload;
}

/** A code keeps the serial that its browser was given with it, and a token that of its code. */
function withSerial(payload: AdapterPayload, ctx: KoaContextWithOIDC | undefined): AdapterPayload {
  if (!ctx) return payload;
  const { visit, serial } = loginContext(ctx);
  const issued = visit?.use?.step === 'issue' ? visit.use.serial : serial;
  return issued === 0 ? payload : { ...payload, serial: issued };
}

function noteSerial(payload: AdapterPayload | undefined, ctx: KoaContextWithOIDC | undefined) {
  const serial = payload?.serial;
  if (ctx && typeof serial === 'number') loginContext(ctx).serial = serial;
  return payload;
}

/** Earlier versions bound tokens to the browser's session as well. */
function unbound(payload: OidcRecord | undefined): AdapterPayload | undefined {
  if (!payload) return undefined;
  const { expiresWithSession: _bound, ...others } = payload;
  return others;
}

/**
 * Whether the request travels in the waiting page's address. The exceptions are those that an earlier version stored: a
 * resumed one, and one that was pushed there within the last minute.
 */
export function travels(ctx: KoaContextWithOIDC | undefined): boolean {
  return ctx?.oidc.route === 'authorization' && !ctx.oidc.entities.PushedAuthorizationRequest;
}
