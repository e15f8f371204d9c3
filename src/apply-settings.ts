import { setTimeout as delay } from 'node:timers/promises';
import type { FileSettings } from '#settings/file.ts';
import { warningsOf } from '#settings/relying-party-warnings.ts';
import type { Log } from '#telemetry/log.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';

/** Between two tries while the store is away, in ms. */
const AGAIN = 1000;

export interface ApplyDeps {
  readonly operations: {
    putRoom(room: RoomSettings): Promise<unknown>;
    putRelyingParty(party: RelyingParty): Promise<unknown>;
  };
  readonly log: Pick<Log, 'warn'>;
  /** The public URL. */
  readonly issuer: string;
  /** Ends the tries. */
  readonly signal: AbortSignal;
}

/**
 * Sets what the file names as it says; counters are never touched, and what it does not name stays. What will not work
 * as it is set is logged once. While the store is away it tries again and again.
 */
export async function applySettings(settings: FileSettings | null, deps: ApplyDeps): Promise<void> {
  if (!settings) return;
  for (const party of settings.relyingParties) {
    for (const warning of warningsOf(party, deps.issuer)) deps.log.warn({ client_id: party.client_id }, warning);
  }
  while (!deps.signal.aborted) {
    try {
      for (const room of settings.rooms) await deps.operations.putRoom(room);
      for (const party of settings.relyingParties) await deps.operations.putRelyingParty(party);
      return;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      deps.log.warn({ err: error }, 'the settings wait for the store');
      await delay(AGAIN, undefined, { signal: deps.signal }).catch(() => undefined);
    }
  }
}
