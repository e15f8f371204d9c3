import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { Problem } from './problem.ts';

export const MEBIBYTE = 1024 * 1024;

/** Reads the body. Throws `payload_too_large` beyond `limit` bytes, whether or not the request declares its length. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () =>
    new Problem('payload_too_large', {
      detail: `The body may have at most ${limit} bytes.`,
      // The rest of the body is not read, so the connection cannot be reused.
      headers: { Connection: 'close' },
    });
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('invalid_request', { detail: 'The connection ended before the body did.' });
  }
  return Buffer.concat(chunks);
}

export interface JsonOptions {
  /** In bytes. */
  readonly limit: number;
  /** Accepted media types besides `application/json`. */
  readonly types?: readonly string[];
}

/** Reads a JSON body. Resolves to undefined if the request has no body. */
export async function readJson(ctx: Context, { limit, types = [] }: JsonOptions): Promise<unknown> {
  const bytes = await readBody(ctx.req, limit);
  if (bytes.length === 0) return undefined;
  const accepted = ['application/json', ...types];
  if (!ctx.is(accepted)) {
    throw new Problem('unsupported_media_type', { detail: `The body must be ${accepted.join(' or ')}.` });
  }
  return parseJson(bytes);
}

/** Throws `malformed_json`, or `invalid_request` for what no handler could read safely. */
export function parseJson(bytes: Uint8Array): unknown {
  const value = parse(bytes);
  const fault = faultOf(value);
  if (fault !== null) throw new Problem('invalid_request', { detail: fault });
  return value;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem('malformed_json', { detail: 'The body must be JSON in UTF-8.' });
  }
}

/** No setting is nested deeper than half of this. */
const MAX_DEPTH = 32;

/** What no handler could read safely: nesting that exhausts the stack, and a key that sets a prototype. */
function faultOf(value: unknown): string | null {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `The body may be nested at most ${MAX_DEPTH} levels deep.`;
    const objects = level.filter((each): each is object => typeof each === 'object' && each !== null);
    if (objects.some((each) => Object.hasOwn(each, '__proto__'))) return '__proto__ is not a known field.';
    level = objects.flatMap((each): unknown[] => Object.values(each));
  }
  return null;
}
