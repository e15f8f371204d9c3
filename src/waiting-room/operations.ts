/** What operators do: with rooms, with their lines, and with relying parties. Each action is an entry of the audit log. */

import { createEventOperations, type EventOperations } from './event-operations.ts';
import { createGroupOperations, type GroupOperations } from './group-operations.ts';
import { createImportOperations, type ImportOperations } from './import-operations.ts';
import { createLineOperations, type LineOperations } from './line-operations.ts';
import { createNoteOperations, type NoteOperations } from './note-operations.ts';
import { createOperationsContext, type OperationsDeps } from './operations-context.ts';
import { createRehearsalOperations, type RehearsalOperations } from './rehearsal-operations.ts';
import { createRelyingPartyOperations, type RelyingPartyOperations } from './relying-party-operations.ts';
import { createResetOperations, type ResetOperations } from './reset-operations.ts';
import { createRestoreOperations, type RestoreOperations } from './restore-operations.ts';
import { createRoomOperations, type RoomOperations } from './room-operations.ts';
import { createStockOperations, type StockOperations } from './stock-operations.ts';
import { createUndoOperations, type UndoOperations } from './undo-operations.ts';

/** Every method that takes a room's id rejects with RoomNotFound if there is no such room. */
export type Operations = RoomOperations &
  EventOperations &
  LineOperations &
  ResetOperations &
  RestoreOperations &
  StockOperations &
  GroupOperations &
  ImportOperations &
  NoteOperations &
  RehearsalOperations &
  RelyingPartyOperations &
  UndoOperations;

export function createOperations(deps: OperationsDeps): Operations {
  const context = createOperationsContext(deps);
  const rooms = createRoomOperations(context);
  return {
    ...rooms,
    ...createEventOperations(context, rooms),
    ...createStockOperations(context, rooms),
    ...createGroupOperations(context, rooms),
    ...createLineOperations(context),
    ...createResetOperations(context),
    ...createRestoreOperations(context),
    ...createImportOperations(context),
    ...createNoteOperations(context),
    ...createRehearsalOperations(context),
    ...createRelyingPartyOperations(context),
    ...createUndoOperations(context, rooms),
  };
}
