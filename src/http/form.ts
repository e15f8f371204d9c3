import type { IncomingMessage } from 'node:http';

/** In bytes: more than any form of ours sends, and than a URL may have. */
const LIMIT = 16 * 1024;

/** Reads a small urlencoded form. A longer body, or one of another type, reads as an empty form. */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  const type = req.headers['content-type'] ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) {
    req.resume();
    return new URLSearchParams();
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= LIMIT) chunks.push(chunk);
  }
  return new URLSearchParams(length <= LIMIT ? Buffer.concat(chunks).toString('utf8') : '');
}
