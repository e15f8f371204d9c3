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

function faultsOf(error: z.ZodError): PlacedFault[] {
  return error.issues.flatMap((issue) => {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => ({ field: fieldName(path), path, message: issue.message }));
  });
}

const KINDS: Record<string, string> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
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
      return `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return undefined;
  }
}

const oneOf = (names: readonly unknown[]) => (names.length === 1 ? String(names[0]) : `one of ${names.join(', ')}`);

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' in number' : '';
}
