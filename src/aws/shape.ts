/** The shape of a request, as API Gateway checks it before it calls a function. */
import type { Answer } from './answer.ts';
import { gatewayRefusal, INVALID_BODY } from './answer.ts';

/** The fields of a request that had the right shape. */
export interface Fields {
  readonly event_id: string;
  readonly request_id: string;
  readonly issuer?: string;
  readonly validity_period?: number;
  readonly increment_by: number;
  readonly status: number;
}

export type FieldName = keyof Fields;

export type Shaped = { readonly fields: Fields; readonly fault?: undefined } | { readonly fault: Answer };

const TYPES: { readonly [F in FieldName]: 'string' | 'number' } = {
  event_id: 'string',
  request_id: 'string',
  issuer: 'string',
  validity_period: 'number',
  increment_by: 'number',
  status: 'number',
};

/** `required` in the order in which AWS lists what is missing. Of a parameter that repeats, the last value counts. */
export function shapeOfQuery(query: URLSearchParams, required: readonly FieldName[]): Shaped {
  const values = required.map((name) => [name, query.getAll(name).at(-1) ?? ''] as const);
  const missing = values.filter(([, value]) => value.trim() === '').map(([name]) => name);
  if (missing.length > 0) {
    return { fault: gatewayRefusal(400, `Missing required request parameters: [${missing.join(', ')}]`) };
  }
  return { fields: Object.fromEntries(values) as unknown as Fields };
}

/** Whether API Gateway compares a body with its model: as JSON, and without a type. */
export const isJson = (contentType: string | undefined): boolean =>
  contentType === undefined || /^\s*(application\/json\s*(;|$)|$)/i.test(contentType);

/** An object, or null for any other body. */
export function readObject(body: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/**
 * Further fields are allowed. Under another type than JSON, AWS's functions read a number from a text too: the control
 * panel of AWS's solution sends its bodies as text/plain.
 */
export function shapeOfBody(
  sent: Readonly<Record<string, unknown>> | null,
  {
    required,
    optional,
    isStrict,
  }: { required: readonly FieldName[]; optional: readonly FieldName[]; isStrict: boolean },
): Shaped {
  if (!sent) return { fault: INVALID_BODY };
  const fields: Partial<Record<FieldName, string | number>> = {};
  for (const name of [...required, ...optional]) {
    const value = readValue(Object.hasOwn(sent, name) ? sent[name] : undefined, TYPES[name], isStrict);
    if (value === 'wrong') return { fault: INVALID_BODY };
    if (value !== undefined) fields[name] = value.value;
    else if (required.includes(name)) return { fault: INVALID_BODY };
  }
  return { fields: fields as unknown as Fields };
}

const WHOLE = /^[+-]?\d{1,15}$/;

function readValue(
  value: unknown,
  type: 'string' | 'number',
  isStrict: boolean,
): { readonly value: string | number } | 'wrong' | undefined {
  if (value === undefined || (value === null && !isStrict)) return undefined;
  if (typeof value === 'string' && type === 'string') return { value };
  if (type === 'string') return 'wrong';
  const number = !isStrict && typeof value === 'string' && WHOLE.test(value) ? Number(value) : value;
  // A fraction makes AWS's functions fail.
  return Number.isSafeInteger(number) ? { value: number as number } : 'wrong';
}
