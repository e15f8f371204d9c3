/** An agent that signs its requests by hand, without the code under test, and a directory of its keys. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

export interface SigningAgent {
  /** The public key. */
  readonly x: string;
  readonly directory: object;
  /** The headers of a request to a host. */
  headers(host: string, options?: SigningOptions): Record<string, string>;
}

export interface SigningOptions {
  /** In seconds since the epoch. */
  readonly created?: number;
  readonly expires?: number;
  /** Its origin, as it names it. */
  readonly agent?: string | null;
  /** In place of the usual ones. */
  readonly components?: string;
  /** What the components say, a line each. */
  readonly lines?: readonly string[];
  readonly tag?: string;
  readonly alg?: string;
  readonly keyid?: string;
}

export function createSigningAgent(): SigningAgent {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const thumbprint = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
  return {
    x,
    directory: { keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid: thumbprint, use: 'sig' }] },
    headers(host, options = {}) {
      const { created = 0, expires = created + 300, agent = null, tag = 'web-bot-auth', alg = 'ed25519' } = options;
      const named = agent === null ? '' : ' "signature-agent";key="me"';
      const components = options.components ?? `("@authority"${named})`;
      const params = `;created=${created};keyid="${options.keyid ?? thumbprint}";alg="${alg}";expires=${expires};tag="${tag}"`;
      const lines = options.lines ?? [
        `"@authority": ${host}`,
        ...(agent === null ? [] : [`"signature-agent";key="me": "${agent}"`]),
      ];
      const base = [...lines, `"@signature-params": ${components}${params}`].join('\n');
      return {
        ...(agent === null ? {} : { 'Signature-Agent': `me="${agent}"` }),
        'Signature-Input': `sig=${components}${params}`,
        Signature: `sig=:${sign(null, Buffer.from(base), privateKey).toString('base64')}:`,
      };
    },
  };
}
