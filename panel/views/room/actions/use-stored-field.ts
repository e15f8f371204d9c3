import { useSignal } from '@preact/signals';
import { Refused } from '../../../state/api.ts';
import { mergePatchOf } from '../../../state/merge-patch.ts';
import type { RoomState } from '../../../state/room.ts';
import type { Room } from '../../../state/types.ts';

export interface StoredField<Value> {
  /** Changes it, unless somebody else did since it was shown: then that is shown, and the next call changes it. */
  readonly save: (value: Value) => Promise<void>;
  /** What somebody else wrote since the dialog opened; undefined: nobody did. */
  readonly news: Value | undefined;
}

/** A field of a room while it is edited. */
export function useStoredField<Name extends 'title' | 'message'>(
  state: RoomState,
  room: Room,
  name: Name,
): StoredField<Room[Name]> {
  const base = useSignal({ etag: state.stored.value?.etag ?? null, value: room[name] });
  const first = useSignal(room[name]);
  const stored = state.stored.value?.room[name];
  const isNews = stored !== undefined && JSON.stringify(stored) !== JSON.stringify(first.value);
  return {
    news: isNews ? stored : undefined,
    async save(value) {
      try {
        await state.patch(mergePatchOf({ [name]: base.value.value }, { [name]: value }) as object, base.value.etag);
      } catch (error) {
        if (error instanceof Refused && error.status === 412) {
          await state.load();
          const now = state.stored.value;
          if (now) base.value = { etag: now.etag, value: now.room[name] };
        }
        throw error;
      }
    },
  };
}
