import type { IncomingMessage } from 'node:http';
import { readBody } from './body.ts';

/** In bytes. More than any of our forms sends, and than a URL may have. */
const LIMIT = 16 * 1024;

/**
 * Reads an urlencoded form, a small one unless there is a limit, in bytes. A body of another type reads as an empty form. Throws `payload_too_large` for a longer
 * one, without reading it to its end.
 */
export async function readForm(req: IncomingMessage, limit: number = LIMIT): Promise<URLSearchParams> {
  const body = await readBody(req, limit);
  const type = req.headers['content-type'] ?? '';
  return new URLSearchParams(type.startsWith('application/x-www-form-urlencoded') ? body.toString('utf8') : '');
}
