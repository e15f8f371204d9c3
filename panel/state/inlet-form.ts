/** The inlet and the capacity of a room as the fields of a form, and back. */
import type { Room } from './types.ts';

/** The text of each field; an empty one is not set. */
export type InletForm = Readonly<Record<string, string>>;

interface InletField {
  readonly name: 'increment' | 'every' | 'per_minute' | 'min_per_minute' | 'max_per_minute' | 'target_latency';
  readonly isNumber: boolean;
}

/** What each strategy needs besides the size. Other fields of its settings stay as they are. */
export const INLET_FIELDS: Readonly<Record<string, readonly InletField[]>> = {
  manual: [],
  periodic: [
    { name: 'increment', isNumber: true },
    { name: 'every', isNumber: false },
  ],
  rate: [{ name: 'per_minute', isNumber: true }],
  'max-size': [],
  adaptive: [
    { name: 'min_per_minute', isNumber: true },
    { name: 'max_per_minute', isNumber: true },
    { name: 'target_latency', isNumber: false },
  ],
};

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

export function readInlet({ inlet, capacity }: Room): InletForm {
  const fields = (INLET_FIELDS[inlet.strategy] ?? []).map(({ name }) => [name, textOf(inlet[name])]);
  return {
    ...Object.fromEntries(fields),
    strategy: inlet.strategy,
    size: textOf(inlet.size),
    capacity: textOf(capacity),
  };
}

/** The merge patch that makes the room as the form says. Lists of the old strategy's fields are removed by null. */
export function inletOf(form: InletForm, before: Room): object {
  const strategy = form.strategy ?? 'manual';
  const isSame = strategy === before.inlet.strategy;
  const removed = isSame
    ? {}
    : Object.fromEntries(Object.keys(before.inlet).map((name): [string, unknown] => [name, null]));
  const given = (INLET_FIELDS[strategy] ?? []).flatMap(({ name, isNumber }): [string, unknown][] => {
    const text = form[name] ?? '';
    return text === '' ? [] : [[name, isNumber ? numberOf(text) : text]];
  });
  return {
    inlet: { ...removed, strategy, ...Object.fromEntries(given), size: form.size === '' ? null : numberOf(form.size) },
    capacity: form.capacity === '' ? null : numberOf(form.capacity),
  };
}

/** A text that is no number goes to the API as it is, which says what is wrong with which field. */
function numberOf(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : text;
}
