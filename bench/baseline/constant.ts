/**
 * Bare node:http as a process. It answers every request with the same bytes.
 *
 * Environment: PORT, and ANSWER with `{ status, headers, body }` as JSON.
 */
import { createServer } from 'node:http';

const { PORT, ANSWER } = process.env;
const { status, headers, body } = JSON.parse(ANSWER ?? '') as {
  status: number;
  headers: Record<string, string>;
  body: string;
};
const bytes = Buffer.from(body);

createServer((_req, res) => {
  res.writeHead(status, headers).end(bytes);
}).listen(Number(PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit());
