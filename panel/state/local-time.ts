/** Times between the API (ISO 8601) and the browser's field `datetime-local`, which has no zone. */

/** A local time of the field as ISO 8601 in UTC. An empty field stays empty. */
export const isoOf = (local: string): string => (local === '' ? '' : new Date(local).toISOString());

export function localOf(iso: string): string {
  const at = new Date(iso);
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
