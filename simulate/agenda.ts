/** Future actions of visitors by tick, in plain arrays because there may be millions. */
export interface Agenda {
  /** Schedules an action of a visitor at `tick`, or at the next tick if that is past. */
  add(tick: number, kind: number, visitor: number): void;
  /** Visits the actions that are due, in the order in which they were added. */
  due(tick: number, visit: (kind: number, visitor: number) => void): void;
  readonly size: number;
}

export function createAgenda(): Agenda {
  const lists = new Map<number, number[]>();
  let current = -1;
  let size = 0;
  return {
    add(tick, kind, visitor) {
      const when = Math.max(tick, current + 1);
      const list = lists.get(when);
      if (list) list.push(kind, visitor);
      else lists.set(when, [kind, visitor]);
      size += 1;
    },
    due(tick, visit) {
      current = tick;
      const list = lists.get(tick);
      if (!list) return;
      lists.delete(tick);
      size -= list.length / 2;
      for (let n = 0; n < list.length; n += 2) visit(list[n] ?? 0, list[n + 1] ?? 0);
    },
    get size() {
      return size;
    },
  };
}
