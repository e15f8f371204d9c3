import type { PlacedFault } from '#settings/faults.ts';

const LISTS = { rooms: 'id', relying_parties: 'client_id', groups: 'id' } as const;

/**
 * Ids that occur twice in the lists of a file. Read from the plain contents, so that they are found in a file with other
 * faults too. `lineOf` says where the first one is.
 */
export function duplicateIds(contents: unknown, lineOf: (path: readonly PropertyKey[]) => number): PlacedFault[] {
  return Object.entries(LISTS).flatMap(([list, key]) => {
    const entries: unknown = Reflect.get(Object(contents), list);
    if (!Array.isArray(entries)) return [];
    const ids = entries.map((entry: unknown) => Reflect.get(Object(entry), key) as unknown);
    return ids.flatMap((id, index) => {
      const first = ids.indexOf(id);
      if (typeof id !== 'string' || first === index) return [];
      const message = `must be unique: line ${lineOf([list, first, key])} has it too`;
      return [{ field: `${list}[${index}].${key}`, path: [list, index, key], message }];
    });
  });
}
