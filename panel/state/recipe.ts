/** Settings of other programs, to be copied: examples of the documentation with the addresses of this service. */

export interface Recipe {
  /** The file or the command that it is for. */
  readonly name: string;
  readonly text: string;
}

/** What the examples have made-up values for. */
export interface RecipeValues {
  readonly issuer: string;
  readonly room: string;
  readonly clientId: string;
  /** The first one that is registered. */
  readonly redirectUri: string;
  /** The audience of its access tokens, if it has one. */
  readonly resource: string;
  /** How long an admission lasts, in seconds. */
  readonly lifetime: number;
}

/** Puts the values into an example that uses `line.example`, `shop.example`, the client `shop`, and `spring-sale`. */
export function fillExample(text: string, { issuer, room, clientId, redirectUri }: RecipeValues): string {
  const callback = new URL(redirectUri);
  return text
    .replaceAll('https://line.example', issuer)
    .replaceAll('line.example', new URL(issuer).hostname)
    .replace(/\/(?:oauth2\/callback|login\/oauth2\/code\/anteroom)\b/g, callback.pathname)
    .replaceAll('https://shop.example', callback.origin)
    .replaceAll('shop.example', callback.host)
    .replace(/(client[-_]?id\W+)shop\b/gi, (_, before: string) => `${before}${clientId}`)
    .replaceAll('spring-sale', room);
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration as the API writes it. Ten minutes, the default, for what it does not understand. */
export function secondsOf(duration: unknown): number {
  const [, value, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(duration)) ?? [];
  return value && unit ? Math.max(1, Math.round(Number(value) * (UNITS[unit] ?? 1))) : 600;
}
