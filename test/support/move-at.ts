import type { Store } from '#waiting-room/ports/index.ts';
import type { TestService } from './service.ts';

const FOUR_HOURS = 240;

/** Lets a room look as if so many people a minute had got their turn for four hours; 0: nothing was measured. */
export async function moveAt(
  { waitingRoom, time }: Pick<TestService, 'waitingRoom' | 'time'>,
  { line }: Pick<Store, 'line'>,
  { room, perMinute }: { readonly room: string; readonly perMinute: number },
): Promise<void> {
  const now = time.now();
  const meter = [
    [now - FOUR_HOURS * 60_000, 0],
    [now, FOUR_HOURS * perMinute],
  ];
  await line.note(room, { name: 'meter', value: perMinute > 0 ? JSON.stringify(meter) : '' }, now);
  waitingRoom.snapshots.expire(room);
}
