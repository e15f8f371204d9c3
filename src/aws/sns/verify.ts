import { verify } from 'node:crypto';
import { isOfSns } from './allowed-host.ts';
import type { SigningKeyAt } from './certificates.ts';
import { type SnsMessage, signedText } from './message.ts';

/** Null for a genuine message; otherwise why it is refused, for the log. Rejects with SnsUnreachable. */
export type VerifySns = (message: SnsMessage) => Promise<string | null>;

export interface VerifySnsDeps {
  /** AWS_SNS_TOPICS. */
  readonly topics: readonly string[];
  /** AWS_ENDPOINT_URL_SNS. */
  readonly endpoint: string | null;
  readonly keyAt: SigningKeyAt;
  readonly now: () => number;
}

/** A message id is remembered for twice as long, so that no copy of a message counts again. In ms. */
export const LONGEST_DELIVERY = 24 * 3_600_000;

const HASHES = { 1: 'sha1', 2: 'sha256' } as const;

/** Checks the topic first, so that nobody makes the service request anything for a topic that is not ours. */
export function createVerifySns({ topics, endpoint, keyAt, now }: VerifySnsDeps): VerifySns {
  return async (message) => {
    const { TopicArn, SigningCertURL, SignatureVersion, Signature, Timestamp } = message;
    if (!topics.includes(TopicArn)) return 'the topic is not in AWS_SNS_TOPICS';
    const age = now() - Date.parse(Timestamp);
    if (!(Math.abs(age) < LONGEST_DELIVERY)) return 'the message is older than a day';
    const url = URL.parse(SigningCertURL);
    if (!url || !isOfSns(url, TopicArn, endpoint)) return 'the certificate is not at a host of SNS';
    const key = await keyAt(url);
    if (!key) return 'there is no valid certificate at SigningCertURL';
    const text = Buffer.from(signedText(message), 'utf8');
    const isSigned = verify(HASHES[SignatureVersion], text, key, Buffer.from(Signature, 'base64'));
    return isSigned ? null : 'the signature is wrong';
  };
}
