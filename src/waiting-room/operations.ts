/** What operators do: with rooms, with their lines, and with relying parties. Each action is an entry of the audit log. */
import { createEventOperations, type EventOperations } from './event-operations.ts';
import { createLineOperations, type LineOperations } from './line-operations.ts';
import { createOperationsContext, type OperationsDeps } from './operations-context.ts';
import { createRelyingPartyOperations, type RelyingPartyOperations } from './relying-party-operations.ts';
import { createRoomOperations, type RoomOperations } from './room-operations.ts';

/** Every method that takes a room's id rejects with RoomNotFound if there is no such room. */
export type Operations = RoomOperations & EventOperations & LineOperations & RelyingPartyOperations;

export function createOperations(deps: OperationsDeps): Operations {
  const context = createOperationsContext(deps);
  const rooms = createRoomOperations(context);
  return {
    ...rooms,
    ...createEventOperations(context, rooms),
    ...createLineOperations(context),
    ...createRelyingPartyOperations(context),
  };
}
