/** What is known of a kind of relying party, so that an operator need not know it. */
export interface Profile {
  /** How long it keeps a login transaction alive: a duration in wire form. */
  readonly login_window: string;
}

/** By the name that stands in a relying party's `profile`. */
export const profiles = {
  /** Anything that speaks OpenID Connect. */
  generic: { login_window: '10m' },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;

export const profileNames = Object.keys(profiles) as [ProfileName, ...ProfileName[]];
