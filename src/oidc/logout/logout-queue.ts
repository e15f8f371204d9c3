/**
 * Which logins have to be told that they ended (OpenID Connect Back-Channel Logout 1.0): a login is noted before its
 * tokens are given out, due at the end of its admission, and earlier when that ends early. Only relying parties that
 * name a `backchannel_logout_uri` cost anything.
 */

import type Provider from 'oidc-provider';
import type { AdmissionEnded } from '#waiting-room/admission-end.ts';
import type { LogoutQueue } from '#waiting-room/ports/logout-queue.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { RelyingParty, RelyingPartyChanged } from '#waiting-room/relying-party.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { loginContext } from '../login-context.ts';
import { onCodeExchange } from '../tokens/on-code-exchange.ts';

/** How long a process may go on with what it knows of who is told, in ms. */
const MAX_AGE = 1000;

export interface LogoutsDeps {
  readonly logouts: LogoutQueue;
  readonly settings: Pick<SettingsStore, 'relyingParties'>;
  readonly now: () => number;
  /** Told what failed where nobody waits for it. The end is then told when the admission would have been over. */
  readonly onError: (error: unknown) => void;
}

export interface Logouts {
  /** The relying parties that are told, at most a second old. */
  told(): Promise<readonly RelyingParty[]>;
  /** Makes the logins of these admissions due. Ignores expired ones, whose logins are due anyway. */
  readonly admissionEnded: AdmissionEnded;
  /** Forgets the logins of a relying party that is gone or has no `backchannel_logout_uri` any more. */
  readonly relyingPartyChanged: RelyingPartyChanged;
  /** Resolves when all that ended so far is due. */
  settled(): Promise<void>;
}

export function createLogoutQueue({ logouts, settings, now, onError }: LogoutsDeps): Logouts {
  let known: { readonly at: number; readonly parties: Promise<readonly RelyingParty[]> } | null = null;
  /** Who left, by room, since the last time that this was handed on. */
  const left = new Map<RoomId, VisitorId[]>();
  let handingOn: Promise<void> = Promise.resolve();

  function told(): Promise<readonly RelyingParty[]> {
    const at = now();
    if (known && Math.abs(at - known.at) < MAX_AGE) return known.parties;
    const parties = settings.relyingParties().then((all) => all.filter((party) => party.backchannel_logout_uri));
    known = { at, parties };
    parties.catch(() => {
      known = null;
    });
    return parties;
  }

  async function toldOf(room: RoomId): Promise<readonly string[]> {
    return (await told()).filter((party) => party.room === room).map(({ client_id }) => client_id);
  }

  function later(work: () => Promise<unknown>): void {
    handingOn = handingOn.then(work).then(() => undefined, onError);
  }

  async function handOn(): Promise<void> {
    const gathered = [...left];
    left.clear();
    for (const [room, visitors] of gathered) {
      for (const clientId of await toldOf(room)) await logouts.hasten(clientId, room, visitors, now());
    }
  }

  return {
    told,
    admissionEnded(room, visitors, reason) {
      if (reason === 'expired') return;
      if (visitors === 'all') {
        later(async () => {
          for (const clientId of await toldOf(room)) await logouts.hastenRoom(clientId, room, now());
        });
        return;
      }
      if (left.size === 0) later(handOn);
      const ended = left.get(room) ?? [];
      for (const visitor of visitors) ended.push(visitor);
      left.set(room, ended);
    },
    relyingPartyChanged(clientId, party) {
      if (!party?.backchannel_logout_uri) later(() => logouts.forget(clientId));
    },
    settled: () => handingOn,
  };
}

export interface NoteLoginsDeps {
  readonly logouts: Pick<LogoutQueue, 'expect' | 'hasten'>;
  readonly visitors: Pick<Visitors, 'admission'>;
  readonly now: () => number;
}

/** Notes each login whose end has to be told, before the relying party has its tokens. */
export function noteLogins(provider: Provider, { logouts, visitors, now }: NoteLoginsDeps): void {
  onCodeExchange(provider, async (ctx, { sid = null }) => {
    const { client } = ctx.oidc;
    const { visit } = loginContext(ctx);
    if (!client?.backchannelLogoutUri || !visit?.admission) return;
    const { room, admission } = visit;
    const { visitor, expiresAt } = admission;
    await logouts.expect(client.clientId, { room, visitor, sid }, expiresAt, now());
    // One that ended meanwhile found nothing to hasten. Where that is not known, its end is told when it was to be over.
    const found = await visitors.admission(room, visitor).catch(() => undefined);
    if (found === null) await logouts.hasten(client.clientId, room, [visitor], now());
  });
}
