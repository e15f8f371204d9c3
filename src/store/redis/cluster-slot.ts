/** The slot of a cluster that a room's keys share: they all have the room's id as their hash tag. */
import type { RoomId } from '#waiting-room/room.ts';

const SLOTS = 16_384;

/** CRC16 of the hash tag, XMODEM variant (Redis cluster specification, appendix A). */
export function roomSlot(room: RoomId): number {
  let crc = 0;
  for (const byte of Buffer.from(room)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc % SLOTS;
}
