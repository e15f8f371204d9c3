/** Sends generated requests over kept-alive connections, as bytes: Node's client would refuse many of them. */
import { connect } from 'node:net';
import type { GeneratedRequest } from './generate.ts';

/** What is wrong with an answer; null if nothing. */
export type Trouble = string | null;

export function toBytes({ method, target, headers, body }: GeneratedRequest): Buffer {
  const named = headers.some(([name]) => name === 'Host') ? headers : [['Host', 'line.test'] as const, ...headers];
  const bytes = Buffer.from(body, 'latin1');
  const lines = named.map(([name, value]) => `${name}: ${value}`);
  const head = [
    `${method} ${target} HTTP/1.1`,
    ...lines,
    `Content-Length: ${bytes.length}`,
    'Connection: close',
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), bytes]);
}

/** Sends one request and reads the answer to its end. */
export function send(port: number, request: GeneratedRequest): Promise<Trouble> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setTimeout(20_000, () => {
      resolve('no answer');
      socket.destroy();
    });
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      // A stream has no end of its own.
      if (/^content-type: text\/event-stream[\s\S]*\r\n\r\n/im.test(answer)) socket.destroy();
    });
    // A body that is refused before its end may reset the connection after the answer.
    socket.on('error', ({ message }) => resolve(answer === '' ? message : troubleIn(answer)));
    socket.on('close', () => resolve(troubleIn(answer)));
    // Not `end`: Node drops a request whose client has closed its half of the connection.
    socket.write(toBytes(request));
  });
}

function troubleIn(answer: string): Trouble {
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.slice(0, end < 0 ? undefined : end);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  if (status === 0) return 'no status';
  if (status >= 500 && !(status === 503 && /"code":"(store_unavailable|draining)"/.test(answer))) return `${status}`;
  const location = /^location: (.*)$/im.exec(head)?.[1] ?? '';
  if (/^(https?:)?[\\/]{2}evil/i.test(location)) return `Location ${location}`;
  if (!/^x-content-type-options: nosniff$/im.test(head)) return `${status} without nosniff`;
  return null;
}
