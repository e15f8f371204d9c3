/** What the configuration file says about one room or relying party, merged into its live settings. */
import { z } from 'zod';
import { isSameJson } from '#waiting-room/same-json.ts';
import { formatDuration } from './duration.ts';
import { check } from './faults.ts';
import { profileOf } from './profiles/index.ts';
import { relyingParty } from './relying-party.ts';
import { room, roomForm } from './room.ts';
import { type Json, mergeThreeWays, partsNamed, type ThreeWays } from './three-way-merge.ts';

/** One kind of settings: how the file writes it, and how it is merged. */
export interface FileKind<T> {
  /** All settings as the file would write them, in the one canonical form. */
  encode(settings: T): Json;
  /** What the file names, in the canonical form, without the defaults of the rest. */
  named(settings: T, written: Json): Json;
  /** The live settings with what is new or changed in the file. */
  merge(live: T, ways: Omit<ThreeWays, 'live'>): T;
}

export const roomKind = fileKind({
  schema: room,
  encode: (settings) => z.encode(room, settings),
  liveForm(settings, { last, file }) {
    const isNamed = [last, file].some((each) => Reflect.has(Object(each), 'challenge'));
    return isNamed ? z.encode(room, settings) : roomForm(settings);
  },
});

export const relyingPartyKind = fileKind({
  schema: relyingParty,
  encode: (party) => z.encode(relyingParty, party),
  // A login window that nobody set follows the profile.
  liveForm(party, { last, file }) {
    const { login_window, ...rest } = z.encode(relyingParty, party);
    const { loginWindow } = profileOf(party.profile);
    const isDefault = login_window === (loginWindow === null ? null : formatDuration(loginWindow));
    const isNamed = [last, file].some((each) => Reflect.has(Object(each), 'login_window'));
    return isDefault && !isNamed ? rest : { ...rest, login_window };
  },
});

interface Codec<T> {
  readonly schema: z.ZodType<T>;
  encode(settings: T): Json;
  /** The live settings for the merge, if they are not simply encoded. */
  liveForm?(settings: T, ways: Omit<ThreeWays, 'live'>): Json;
}

function fileKind<T>({ schema, encode, liveForm = encode }: Codec<T>): FileKind<T> {
  return {
    encode,
    named: (settings, written) => partsNamed(encode(settings), written),
    merge(live, ways) {
      const all = { ...ways, live: liveForm(live, ways) };
      // Leaves of two strategies of an inlet do not fit together: then each field as a whole is a leaf.
      for (const depth of [Number.POSITIVE_INFINITY, 1]) {
        const merged = check(schema, mergeThreeWays(all, depth));
        if (merged.ok) return isSameJson(encode(merged.value), encode(live)) ? live : merged.value;
      }
      return live;
    },
  };
}
