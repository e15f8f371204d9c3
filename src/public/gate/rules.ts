/** What the rules of a room say about a request that a proxy asks about. */
import type { IncomingMessage } from 'node:http';
import type { RoomRules } from '#http/room-rules.ts';
import type { EntryAction } from '#waiting-room/entry/decide-entry.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { originalRequest } from './original.ts';

/** Not a promise unless a crawler has to be looked up, or a signature to be verified. */
export type GateRules = (req: IncomingMessage, settings: RoomSettings) => EntryAction | Promise<EntryAction>;

export function createGateRules(rules: RoomRules): GateRules {
  return (req, settings) => {
    if (!settings.rules?.length) return 'wait';
    const original = originalRequest(req.headers);
    return original ? rules(settings, req, { ...original, isRequest: true }) : 'wait';
  };
}
