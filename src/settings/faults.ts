import { z } from 'zod';

/** What is wrong with one field: `${field} ${message}` is a sentence. Never holds the value, which may be a secret. */
export interface Fault {
  /** `rooms[0].admission.lifetime`; empty when it is about the whole. */
  readonly field: string;
  readonly message: string;
}

/** A fault and where it is, part by part. */
export interface PlacedFault extends Fault {
  readonly path: readonly PropertyKey[];
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly PlacedFault[] };

/** Decodes what came from outside, or says everything that is wrong with it. */
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

/** The end of a sentence on the field, for what the schema itself has no words for. */
function sentenceOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is required' : `must be ${oneOf(issue.values)}`;
    case 'invalid_union':
      return 'options' in issue ? `must be ${oneOf(issue.options as readonly unknown[])}` : 'is of no known kind';
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
