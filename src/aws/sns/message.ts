/** What Amazon SNS posts to an HTTP endpoint, and the text that its signature covers. */

export type SnsType = 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';

export interface SnsMessage {
  readonly Type: SnsType;
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Message: string;
  /** ISO 8601. */
  readonly Timestamp: string;
  readonly SignatureVersion: '1' | '2';
  /** Base64. */
  readonly Signature: string;
  readonly SigningCertURL: string;
  readonly Subject?: string;
  /** Of the two confirmations. */
  readonly Token?: string;
  readonly SubscribeURL?: string;
}

type Field = keyof SnsMessage;

const CONFIRMATION: readonly Field[] = [
  'Message',
  'MessageId',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
];

/** The fields that are signed, in their order. */
const SIGNED: { readonly [T in SnsType]: readonly Field[] } = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: CONFIRMATION,
  UnsubscribeConfirmation: CONFIRMATION,
};

const isType = (type: unknown): type is SnsType => typeof type === 'string' && Object.hasOwn(SIGNED, type);

/** Null for what is no message of SNS. */
export function snsMessageOf(sent: Readonly<Record<string, unknown>> | null): SnsMessage | null {
  if (!sent || !isType(sent.Type)) return null;
  const optional = (value: unknown) => value === undefined || value === null || typeof value === 'string';
  const needed = [...SIGNED[sent.Type].filter((name) => name !== 'Subject'), 'Signature', 'SigningCertURL'];
  if (!needed.every((name) => typeof sent[name] === 'string') || !optional(sent.Subject)) return null;
  if (sent.SignatureVersion !== '1' && sent.SignatureVersion !== '2') return null;
  return sent as unknown as SnsMessage;
}

/** Each signed field is a line with its name and one with its value. A missing subject is left out. */
export function signedText(message: SnsMessage): string {
  return SIGNED[message.Type]
    .map((name) => [name, message[name]] as const)
    .filter(([, value]) => typeof value === 'string')
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
}
