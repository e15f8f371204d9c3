/** AWS Signature Version 4 of a request to DynamoDB: a POST of a text to `/`. */
import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface ToSign {
  /** The headers to sign, with lower-case names, `host` and `x-amz-date` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly region: string;
  readonly credentials: Credentials;
}

const SERVICE = 'dynamodb';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Makes the header `Authorization`. The signing key, the same for a day, is remembered. */
export function createSigner(): (request: ToSign) => string {
  let known: { readonly of: string; readonly key: Buffer } | null = null;

  function keyOf(secret: string, day: string, region: string): Buffer {
    const of = `${secret} ${day} ${region}`;
    if (known?.of !== of) {
      const key = [region, SERVICE, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day));
      known = { of, key };
    }
    return known.key;
  }

  return ({ headers, body, region, credentials }) => {
    const names = Object.keys(headers).sort();
    const signed = names.join(';');
    const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join('');
    const request = `POST\n/\n\n${lines}\n${signed}\n${sha256(body)}`;
    const time = headers['x-amz-date'] ?? '';
    const day = time.slice(0, 8);
    const scope = `${day}/${region}/${SERVICE}/aws4_request`;
    const key = keyOf(credentials.secretAccessKey, day, region);
    const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(request)}`).toString('hex');
    const credential = `${credentials.accessKeyId}/${scope}`;
    return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`;
  };
}
