import { z } from 'zod';

/** What is wrong with a field. `${field} ${message}` is a sentence. Never contains the value, which may be a secret. */
export interface Fault {
  /** `rooms[0].admission.lifetime`, or empty for the whole input. */
  readonly field: string;
  readonly message: string;
}

/** A fault with the path of its field. */
export interface PlacedFault extends Fault {
  readonly path: readonly PropertyKey[];
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly PlacedFault[] };

/** Decodes input from outside, or returns every fault in it. */
export function check<Schema extends z.ZodType>(schema: Schema, input: unknown): Checked<z.output<Schema>> {
  const result = z.safeDecode(schema, input as z.input<Schema>, { error: sentenceOf });
  return result.success ? { ok: true, value: result.data } : { ok: false, faults: faultsOf(result.error) };
}

/** `['rooms', 0, 'id']` is `rooms[0].id`. */
export function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}

function faultsOf({ issues }: Pick<z.ZodError, 'issues'>, parent: readonly PropertyKey[] = []): PlacedFault[] {
  return issues.flatMap((issue) => {
    const path = [...parent, ...issue.path];
    const fault = (at: readonly PropertyKey[], message: string) => ({ field: fieldName(at), path: at, message });
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => fault([...path, key], issue.message));
      case 'invalid_key':
        return issue.issues.map(({ message }) => fault(path, message));
      case 'invalid_union':
        return closestFaults(issue.errors, path) ?? [fault(path, issue.message)];
      default:
        return [fault(path, issue.message)];
    }
  });
}

type Alternative = readonly z.core.$ZodIssue[];

/**
 * What is wrong where one of several alternatives was expected: the faults of the one that fits best, or the sentences
 * of those that fit equally well. Null if the alternatives say nothing.
 */
function closestFaults(alternatives: readonly Alternative[], path: readonly PropertyKey[]): PlacedFault[] | null {
  const isOfItself = ({ path: within }: z.core.$ZodIssue) => within.length === 0;
  const isOfAnotherType = (issue: z.core.$ZodIssue) => isOfItself(issue) && issue.code === 'invalid_type';
  const fitting = alternatives.filter((issues) => !issues.some(isOfItself));
  const closest = fitting.length > 0 ? fitting : alternatives.filter((issues) => !issues.some(isOfAnotherType));
  const [faults = [], ...others] = (closest.length > 0 ? closest : alternatives).map((issues) =>
    faultsOf({ issues: [...issues] }, path),
  );
  if (others.length === 0 || fitting.length > 0) return faults.length > 0 ? faults : null;
  const sentences = new Set([faults, ...others].flat().map(({ message }) => message));
  const [first = '', ...rest] = sentences;
  const message = [first, ...rest.map((sentence) => sentence.replace(/^must be /, ''))].join(' or ');
  return [{ field: fieldName(path), path, message }];
}

const KINDS: Record<string, string> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** The message for an issue that the schema itself has no message for. */
function sentenceOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is required' : `must be ${oneOf(issue.values)}`;
    case 'invalid_union':
      return 'options' in issue ? `must be ${oneOf(issue.options as readonly unknown[])}` : 'must be of a known kind';
    case 'too_small':
      return issue.origin === 'string' && issue.minimum === 1
        ? 'must not be empty'
        : measured('at least', Number(issue.minimum), issue.origin);
    case 'too_big':
      return measured('at most', Number(issue.maximum), issue.origin);
    default:
      return undefined;
  }
}

const oneOf = (names: readonly unknown[]) => (names.length === 1 ? String(names[0]) : `one of ${names.join(', ')}`);

function measured(bound: 'at least' | 'at most', limit: number, origin: string): string {
  if (origin === 'string') return `must be ${bound} ${limit} characters long`;
  if (origin === 'array') return `must have ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `must be ${bound} ${limit}`;
}
