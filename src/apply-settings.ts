import { setTimeout as delay } from 'node:timers/promises';
import type { FileSettings } from '#settings/file.ts';
import { warningsOf } from '#settings/relying-party-warnings.ts';
import type { Log } from '#telemetry/log.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';

/** The pause between attempts while the store is unavailable, in ms. */
const RETRY_DELAY = 1000;

export interface ApplyDeps {
  readonly operations: {
    rooms(): Promise<readonly RoomSettings[]>;
    putRoom(room: RoomSettings): Promise<unknown>;
    putRelyingParty(party: RelyingParty): Promise<unknown>;
  };
  readonly log: Pick<Log, 'warn'>;
  /** The public URL. */
  readonly issuer: string;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

/**
 * Stores the rooms and relying parties of the configuration file. Counters never change, and what the file does not name
 * stays. Logs a warning for each setting that will not work. Retries while the store is unavailable.
 *
 * Rejects, and stores nothing, if a relying party names a room that is neither in the file nor in the store.
 */
export async function applySettings(settings: FileSettings | null, deps: ApplyDeps): Promise<void> {
  if (!settings) return;
  for (const party of settings.relyingParties) {
    for (const warning of warningsOf(party, deps.issuer)) deps.log.warn({ client_id: party.client_id }, warning);
  }
  while (!deps.signal.aborted) {
    try {
      refuseUnknownRooms(settings, await deps.operations.rooms());
      for (const room of settings.rooms) await deps.operations.putRoom(room);
      for (const party of settings.relyingParties) await deps.operations.putRelyingParty(party);
      return;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      deps.log.warn({ err: error }, 'store unavailable, settings not applied yet');
      await delay(RETRY_DELAY, undefined, { signal: deps.signal }).catch(() => undefined);
    }
  }
}

function refuseUnknownRooms({ rooms, relyingParties, places }: FileSettings, stored: readonly RoomSettings[]): void {
  const known = new Set([...rooms, ...stored].map(({ id }) => id));
  const faults = relyingParties
    .filter(({ room }) => !known.has(room))
    .map(({ client_id, room }) => {
      const place = places?.get(client_id) ?? `the room of ${client_id}`;
      return `${place} must name a room of the file or the store: there is no ${room}`;
    });
  if (faults.length > 0) throw new Error(`\n  ${faults.join('\n  ')}`);
}
