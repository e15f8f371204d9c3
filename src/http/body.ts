import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { Problem } from './problem.ts';

export const MEBIBYTE = 1024 * 1024;

/** The body, unless it is longer than `limit` bytes, declared or not. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () =>
    new Problem('payload_too_large', {
      detail: `The body may have ${limit} bytes.`,
      // What is still on its way is not read, so that this connection is of no further use.
      headers: { Connection: 'close' },
    });
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export interface JsonOptions {
  /** In bytes. */
  readonly limit: number;
  /** Media types that are taken, besides `application/json`. */
  readonly types?: readonly string[];
}

/** The JSON that a request carries; undefined when it carries no body. */
export async function readJson(ctx: Context, { limit, types = [] }: JsonOptions): Promise<unknown> {
  const bytes = await readBody(ctx.req, limit);
  if (bytes.length === 0) return undefined;
  const accepted = ['application/json', ...types];
  if (!ctx.is(accepted)) {
    throw new Problem('unsupported_media_type', { detail: `The body must be ${accepted.join(' or ')}.` });
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem('malformed_json', { detail: 'The body cannot be read as JSON.' });
  }
}
