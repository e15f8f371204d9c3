/**
 * Settings that are remembered: what a process has read, it answers again while DynamoDB is unavailable or slow. So polls and
 * pages do not depend on it. What a change is based on is always read.
 */
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';

/** How long a read may take while there is a remembered answer, in ms. */
const PATIENCE = 150;

/** Only what there is is remembered, so that invented ids fill no memory. */
interface Memory<T> {
  readonly one: Map<string, T>;
  all: readonly T[] | null;
}

export function rememberSettings(settings: SettingsStore, patience = PATIENCE): SettingsStore {
  const rooms: Memory<RoomSettings> = { one: new Map(), all: null };
  const parties: Memory<RelyingParty> = { one: new Map(), all: null };

  function remember<T>(memory: Memory<T>, id: string, value: T | null): T | null {
    if (value === null) memory.one.delete(id);
    else memory.one.set(id, value);
    return value;
  }

  const readOne = <T>(memory: Memory<T>, id: string, read: () => Promise<T | null>) =>
    inTime(
      read().then((value) => remember(memory, id, value)),
      () => memory.one.get(id),
      patience,
    );

  const readAll = <T>(memory: Memory<T>, read: () => Promise<readonly T[]>) =>
    inTime(
      read().then((values) => {
        memory.all = values;
        return values;
      }),
      () => memory.all ?? undefined,
      patience,
    );

  const room = (id: string) => readOne(rooms, id, () => settings.room(id));

  return {
    ...settings,
    async rooms(only) {
      if (!only) return readAll(rooms, settings.rooms);
      return (await Promise.all([...only].sort().map(room))).filter((each) => each !== null);
    },
    room,
    async putRoom(room, expected) {
      const revision = await settings.putRoom(room, expected);
      if (revision !== null) remember(rooms, room.id, room);
      return revision;
    },
    async deleteRoom(id, expected) {
      const isDeleted = await settings.deleteRoom(id, expected);
      if (isDeleted) remember(rooms, id, null);
      return isDeleted;
    },
    relyingParties: () => readAll(parties, settings.relyingParties),
    relyingParty: (clientId) => readOne(parties, clientId, () => settings.relyingParty(clientId)),
    async putRelyingParty(party, expected) {
      const revision = await settings.putRelyingParty(party, expected);
      if (revision !== null) remember(parties, party.client_id, party);
      return revision;
    },
    async deleteRelyingParty(clientId, expected) {
      const isDeleted = await settings.deleteRelyingParty(clientId, expected);
      if (isDeleted) remember(parties, clientId, null);
      return isDeleted;
    },
  };
}

/** What is read, or what is remembered where reading fails or takes long. */
function inTime<T>(read: Promise<T>, remembered: () => T | undefined, patience: number): Promise<T> {
  if (remembered() === undefined) return read;
  return new Promise((resolve, reject) => {
    const answer = (error: unknown) => {
      const known = remembered();
      if (known !== undefined && error instanceof StoreUnavailable) resolve(known);
      else reject(error);
    };
    const timer = setTimeout(() => {
      const known = remembered();
      if (known !== undefined) resolve(known);
    }, patience);
    read.finally(() => clearTimeout(timer)).then(resolve, answer);
  });
}
