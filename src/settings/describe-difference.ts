import { isSameJson } from '#waiting-room/same-json.ts';
import type { Difference, Json } from './three-way-merge.ts';

/** An entry of the audit log that may have set a value. `settings` are in the form of the file. */
export interface PastSettings {
  readonly by: string;
  readonly settings: Json;
}

const SECRETS: ReadonlySet<string> = new Set(['client_secret', 'api_key', 'secret']);
/** A secret in a value that differs as a whole. */
const withoutSecret = (key: string, value: unknown) => (SECRETS.has(key) ? '…' : value);
/** The query of a URL may hold a secret. */
const QUERY = /(https?:\/\/[^"?]*)\?[^"]*/gi;
/** Longer values are cut, in characters. */
const LONGEST = 100;

/**
 * `room sale: inlet.size is 2, set with the token "ops"; the file says 5`. Never contains a secret.
 *
 * @param history what the settings were changed to, the newest first.
 */
export function describeDifference(subject: string, difference: Difference, history: readonly PastSettings[]): string {
  const { path, live, file } = difference;
  const name = path.join('.');
  if (SECRETS.has(path.at(-1) ?? '')) return `${subject}: ${name} is not the one of the file`;
  const setter = setterOf(difference, history);
  const by = setter === null ? '' : `, set with the token \`${setter}\``;
  return `${subject}: ${name} is ${show(live)}${by}; the file says ${show(file)}`;
}

function show(value: Json): string {
  const text = value === undefined ? 'not set' : JSON.stringify(value, withoutSecret).replace(QUERY, '$1?…');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** The operator who set the live value: that of the oldest entry since which the value is the same. */
function setterOf({ path, live }: Difference, history: readonly PastSettings[]): string | null {
  const since = history.findIndex(({ settings }) => !isSameJson(valueAt(settings, path), live));
  const setter = history.at(since < 0 ? -1 : since - 1);
  return since === 0 || !setter || setter.by === 'anteroom' ? null : setter.by;
}

const valueAt = (settings: Json, path: readonly string[]): Json =>
  path.reduce<Json>((value, key) => Reflect.get(Object(value), key), settings);
