/** What the rules of a room say about a request that a proxy asks about. */
import type { IncomingMessage } from 'node:http';
import type { RoomRules } from '#http/room-rules.ts';
import type { EntryAction } from '#waiting-room/entry/decide-entry.ts';
import type { RoomId, RoomSettings } from '#waiting-room/room.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import { originalRequest } from './original.ts';

export interface GateRulesDeps {
  readonly rules: RoomRules;
  readonly snapshots: Pick<Snapshots, 'now' | 'get'>;
}

/** Not a promise if this process knows the room. */
export type GateRules = (req: IncomingMessage, room: RoomId) => EntryAction | Promise<EntryAction>;

export function createGateRules({ rules, snapshots }: GateRulesDeps): GateRules {
  function actionIn(settings: RoomSettings, req: IncomingMessage): EntryAction | Promise<EntryAction> {
    if (!settings.rules?.length) return 'wait';
    const original = originalRequest(req.headers);
    return original ? rules(settings, req, { ...original, isRequest: true }) : 'wait';
  }

  return (req, room) => {
    const snapshot = snapshots.now(room);
    if (snapshot) return actionIn(snapshot.settings, req);
    return snapshots.get(room).then(
      ({ settings }) => actionIn(settings, req),
      // The check itself answers that the store is unavailable, or that there is no such room.
      () => 'wait',
    );
  };
}
