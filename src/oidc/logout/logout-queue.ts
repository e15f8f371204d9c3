/**
 * When logins become due for back-channel logout: at the end of their admission, or at once where it ends early. The
 * waiting room calls this listener, and the store keeps the queue. Only relying parties with a `backchannel_logout_uri`
 * cost a store command.
 */
import type { AdmissionEnded } from '#waiting-room/admission-end.ts';
import type { LogoutQueue } from '#waiting-room/ports/logout-queue.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { RelyingParty, RelyingPartyChanged } from '#waiting-room/relying-party.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';

/** How old a process's list of the notified relying parties may be, in ms. */
const MAX_AGE = 1000;

export interface LogoutsDeps {
  readonly logouts: LogoutQueue;
  readonly settings: Pick<SettingsStore, 'relyingParties'>;
  readonly now: () => number;
  /** Gets failures that no caller waits for. The login is then due when its admission would have expired. */
  readonly onError: (error: unknown) => void;
}

export interface Logouts {
  /** The relying parties that are notified, at most a second old. */
  notified(): Promise<readonly RelyingParty[]>;
  /** Makes the logins of these admissions due. Ignores expired ones, whose logins are due anyway. */
  readonly admissionEnded: AdmissionEnded;
  /** Forgets the logins of a relying party that was deleted or lost its `backchannel_logout_uri`. */
  readonly relyingPartyChanged: RelyingPartyChanged;
  /** Resolves when the logins of all admissions that ended so far are due. */
  settled(): Promise<void>;
}

export function createLogoutQueue({ logouts, settings, now, onError }: LogoutsDeps): Logouts {
  let cached: { readonly at: number; readonly parties: Promise<readonly RelyingParty[]> } | null = null;
  /** Visitors whose admissions ended since the last write, by room. */
  const ended = new Map<RoomId, VisitorId[]>();
  let writes: Promise<void> = Promise.resolve();

  function notified(): Promise<readonly RelyingParty[]> {
    const at = now();
    if (cached && Math.abs(at - cached.at) < MAX_AGE) return cached.parties;
    const parties = settings.relyingParties().then((all) => all.filter((party) => party.backchannel_logout_uri));
    cached = { at, parties };
    parties.catch(() => {
      cached = null;
    });
    return parties;
  }

  async function notifiedIn(room: RoomId): Promise<readonly string[]> {
    return (await notified()).filter((party) => party.room === room).map(({ client_id }) => client_id);
  }

  /** Writes follow each other, so that what is forgotten is not made due afterwards. */
  function write(work: () => Promise<unknown>): void {
    writes = writes.then(work).then(() => undefined, onError);
  }

  async function hastenEnded(): Promise<void> {
    const batch = [...ended];
    ended.clear();
    for (const [room, visitors] of batch) {
      for (const clientId of await notifiedIn(room)) await logouts.hasten(clientId, room, visitors, now());
    }
  }

  async function hastenRoom(room: RoomId): Promise<void> {
    for (const clientId of await notifiedIn(room)) await logouts.hastenRoom(clientId, room, now());
  }

  return {
    notified,
    admissionEnded(room, visitors, reason) {
      if (reason === 'expired') return;
      if (visitors === 'all') return write(() => hastenRoom(room));
      if (ended.size === 0) write(hastenEnded);
      const inRoom = ended.get(room) ?? [];
      for (const visitor of visitors) inRoom.push(visitor);
      ended.set(room, inRoom);
    },
    relyingPartyChanged(clientId, party) {
      if (!party?.backchannel_logout_uri) write(() => logouts.forget(clientId));
    },
    settled: () => writes,
  };
}
