/** JSON that is there already, answered straight from node:http: for what very many ask at once. */
import type { ServerResponse } from 'node:http';

/** As Node takes them with the least work: names and values in turn. */
export type RawHeaders = readonly string[];

export const JSON_HEADERS: RawHeaders = [
  'Content-Type',
  'application/json',
  'Cache-Control',
  'no-store',
  'X-Content-Type-Options',
  'nosniff',
];

/** Answers 200 with a document, at once where it is there at once; `refuse` answers what goes wrong meanwhile. */
export function answerDocument(
  res: ServerResponse,
  document: string | Promise<string>,
  headers: RawHeaders,
  refuse: (res: ServerResponse, error: unknown) => void,
): void {
  if (document instanceof Promise) {
    document.then(
      (known) => answer(res, known, headers),
      (error) => refuse(res, error),
    );
  } else answer(res, document, headers);
}

function answer(res: ServerResponse, document: string, headers: RawHeaders): void {
  // With a length, and as a string, it leaves in one write; without, Node sends it in chunks.
  res.writeHead(200, [...headers, 'Content-Length', String(Buffer.byteLength(document))]).end(document);
}
