import type { RoomState } from '../../state/room.ts';
import type { Report, Room } from '../../state/types.ts';

/** What a dialog about a room gets. */
export interface ActionProps {
  readonly state: RoomState;
  readonly room: Room;
  readonly report: Report;
  readonly onClose: () => void;
}
