/** A stand-in for a mail server: it speaks as much of SMTP (RFC 5321) as a client needs, and keeps what it accepted. */
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  /** Header fields by their names in lower case, unfolded. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole message, as it came. */
  readonly text: string;
}

export interface SmtpServer {
  readonly port: number;
  readonly received: Received[];
  /** How many connections there were. */
  readonly connections: () => number;
  /** What it answers to a command instead, such as `RCPT TO`; null hangs up. `.` is the end of a message. */
  readonly answers: Map<string, string | null>;
  close(): Promise<void>;
}

export async function startSmtpServer(): Promise<SmtpServer> {
  const received: Received[] = [];
  const answers = new Map<string, string | null>();
  const sockets = new Set<Socket>();
  let connections = 0;

  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    let [from, to, input, content] = ['', [] as string[], '', null as string | null];

    function reply(command: string, usual: string): boolean {
      const answer = answers.has(command) ? answers.get(command) : usual;
      if (answer === null || answer === undefined) socket.destroy();
      else socket.write(`${answer}\r\n`);
      return answer === usual;
    }

    function take(line: string): void {
      if (content !== null) {
        if (line !== '.') {
          content += `${line.replace(/^\./, '')}\r\n`;
          return;
        }
        const message = { from, to, headers: headersOf(content), text: content };
        content = null;
        if (reply('.', '250 accepted')) received.push(message);
        return;
      }
      const [, verb = '', address = ''] = /^(EHLO|MAIL FROM|RCPT TO|DATA|QUIT|RSET)\b:?<?([^> ]*)/i.exec(line) ?? [];
      switch (verb.toUpperCase()) {
        case 'EHLO':
          return void reply('EHLO', '250 stand-in');
        case 'MAIL FROM':
          [from, to] = [address, []];
          return void reply('MAIL FROM', '250 ok');
        case 'RCPT TO':
          to.push(address);
          return void reply('RCPT TO', '250 ok');
        case 'DATA':
          if (reply('DATA', '354 go on')) content = '';
          return;
        case 'QUIT':
          return void socket.end('221 bye\r\n');
        default:
          return void reply('unknown', '500 unknown');
      }
    }

    socket.on('data', (data) => {
      input += data.toString('latin1');
      for (let end = input.indexOf('\r\n'); end >= 0; end = input.indexOf('\r\n')) {
        const line = input.slice(0, end);
        input = input.slice(end + 2);
        take(line);
      }
    });
    reply('greeting', '220 stand-in');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    answers,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function headersOf(message: string): Record<string, string> {
  const head = message.slice(0, message.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  return Object.fromEntries(
    head.split('\r\n').map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
}

/** The settings of a service that sends by it. */
export const smtpOf = ({ port }: Pick<SmtpServer, 'port'>) => ({
  ...{ host: '127.0.0.1', port, secure: false, requireTls: false, user: null, password: null },
  from: 'Spring sale <line@shop.example>',
});
