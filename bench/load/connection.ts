/**
 * One keep-alive HTTP/1.1 connection, one request at a time. It parses as little as the benchmarks need, so that one
 * core can keep a server busy.
 */
import { connect } from 'node:net';

export interface Reply {
  readonly status: number;
  /** The raw status line and headers. */
  readonly head: string;
  readonly body: string;
}

export interface Connection {
  /** `request` is a complete request, headers and body. */
  send(request: string): Promise<Reply>;
  close(): void;
}

interface Pending {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.setEncoding('latin1');
  let received = '';
  let pending: Pending | undefined;

  socket.on('data', (chunk: string) => {
    received += chunk;
    const reply = readReply(received);
    if (!reply || !pending) return;
    const { resolve } = pending;
    received = '';
    pending = undefined;
    resolve(reply);
  });
  const end = (error: Error) => {
    pending?.reject(error);
    pending = undefined;
  };
  socket.on('close', () => end(new Error('the server closed the connection')));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  socket.on('error', end);

  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        pending = { resolve, reject };
        socket.write(request, 'latin1');
      }),
    close: () => void socket.destroy(),
  };
}

/** Undefined while the answer is incomplete (RFC 9112 §6.3). */
function readReply(text: string): Reply | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd);
  const status = Number(head.slice(9, 12));
  const rest = text.slice(headEnd + 4);
  const length = header(head, 'content-length');
  if (length !== undefined) return rest.length >= Number(length) ? { status, head, body: rest } : undefined;
  if (header(head, 'transfer-encoding') === undefined) return { status, head, body: '' };
  return rest.endsWith('0\r\n\r\n') ? { status, head, body: unchunk(rest) } : undefined;
}

function unchunk(text: string): string {
  let body = '';
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (!(size > 0)) return body;
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

/** The first header of that name in a reply's head. `name` is in lower case. */
export function header(head: string, name: string): string | undefined {
  const found = new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head);
  return found?.[1];
}
