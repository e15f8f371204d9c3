import { asksForProof } from '../line-rules.ts';
import type { RoomSettings } from '../room.ts';
import type { Ticket } from '../ticket.ts';

/** Whether a visitor is present, and may take the turn, with a proof only: one beyond the budget of the address. */
export const needsProof = (settings: RoomSettings, { standing }: Pick<Ticket, 'standing'>): boolean =>
  standing === 'unproven' && asksForProof(settings) && settings.mode !== 'passthrough';
