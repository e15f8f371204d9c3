/** A topic of SNS in the tests: its certificate at an HTTP server, and messages with signatures as AWS documents them. */
import { execFileSync } from 'node:child_process';
import { createSign, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:exits';

const folder = mkdtempSync(join(tmpdir(), 'anteroom-sns-'));

function makeCertificate(name: string): { readonly key: string; readonly certificate: string } {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const subject = ['-days', '30', '-subj', '/CN=sns.amazonaws.com', '-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
}

export interface SnsServer {
  readonly url: string;
  /** The paths that were requested. */
  readonly requested: string[];
  close(): void;
}

const ours = makeCertificate('ours');
const other = makeCertificate('other');

/** Serves `/cert.pem`, `/text.pem`, which is none, and `/failing.pem`, and counts confirmations at `/confirm`. */
export async function startSnsServer(): Promise<SnsServer> {
  const requested: string[] = [];
  const server = createServer((req, res) => {
    requested.push(req.url ?? '');
    if (req.url?.startsWith('/failing')) res.writeHead(500).end();
    else res.end(req.url === '/text.pem' ? 'no certificate' : ours.certificate);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requested,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

type Message = Readonly<Record<string, string>>;

const SIGNED: Readonly<Record<string, readonly string[]>> = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  confirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};

function sign(message: Message, key: string): string {
  let text = '';
  for (const name of SIGNED[message.Type ?? ''] ?? SIGNED.confirmation ?? []) {
    if (message[name] !== undefined) text += `${name}\n${message[name]}\n`;
  }
  const algorithm = message.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  return createSign(algorithm).update(text, 'utf8').sign(key, 'base64');
}

export interface SignedAs {
  readonly now?: number;
  /** Signed with a key of somebody else. */
  readonly byOther?: boolean;
}

/** A notification; `fields` are part of what is signed. */
export function notification(server: SnsServer, content: unknown, fields: Message = {}, as: SignedAs = {}): Message {
  const message = {
    Type: 'Notification',
    MessageId: randomUUID(),
    TopicArn: TOPIC,
    Message: typeof content === 'string' ? content : JSON.stringify(content),
    Timestamp: new Date(as.now ?? Date.now()).toISOString(),
    SignatureVersion: '2',
    SigningCertURL: `${server.url}/cert.pem`,
    ...fields,
  };
  return { ...message, Signature: sign(message, as.byOther ? other.key : ours.key) };
}

export function confirmation(server: SnsServer, fields: Message = {}, as: SignedAs = {}): Message {
  const SubscribeURL = `${server.url}/confirm?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=abc`;
  return notification(
    server,
    'You have chosen …',
    { Type: 'SubscriptionConfirmation', Token: 'abc', SubscribeURL, ...fields },
    as,
  );
}
