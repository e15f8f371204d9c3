/** Groups of rooms, and the text of a form that changes one. */
import type { Report } from './types.ts';

export interface Group {
  readonly id: string;
  readonly size: number;
  /** Each room's share of the size. */
  readonly rooms: Readonly<Record<string, number>>;
}

/** How many are inside all rooms together. Null: not known of each room yet. */
export function insideOf(reports: readonly (Report | null | undefined)[]): number | null {
  let sum = 0;
  for (const report of reports) {
    if (!report) return null;
    sum += report.inside;
  }
  return sum;
}

/** A row of the form: a room, and its share in percent as the operator typed it. */
export interface ShareRow {
  readonly room: string;
  readonly percent: string;
}

export const rowsOf = (group: Group | null): ShareRow[] =>
  Object.entries(group?.rooms ?? {}).map(([room, share]) => ({ room, percent: String(Math.round(share * 1e4) / 100) }));

/** What the API gets. A text that is no number goes to it as it is: the API says what is wrong. */
export function bodyOf(size: string, rows: readonly ShareRow[]): object {
  const numberOf = (text: string, by: number) =>
    /^\d+(?:[.,]\d+)?$/.test(text.trim()) ? Number(text.replace(',', '.')) / by : text;
  const named = rows.filter(({ room }) => room.trim() !== '');
  return {
    size: numberOf(size, 1),
    rooms: Object.fromEntries(named.map(({ room, percent }) => [room.trim(), numberOf(percent, 100)])),
  };
}

/** What is left of the size, in percent. Null: a share is no number. */
export function restOf(rows: readonly ShareRow[]): number | null {
  const shares = rows.filter(({ room }) => room.trim() !== '').map(({ percent }) => Number(percent.replace(',', '.')));
  if (shares.some((share) => !Number.isFinite(share))) return null;
  return Math.round((100 - shares.reduce((sum, share) => sum + share, 0)) * 100) / 100;
}
