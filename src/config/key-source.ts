/** The signing keys that the environment names: in a file, or in a secret of AWS Secrets Manager. */
import { readFile } from 'node:fs/promises';
import { type PrivateJwks, parseJwks } from '#signing-keys/jwks.ts';
import type { ConfigFault } from './config-error.ts';

/** Resolves to the text of a secret. */
export type ReadSecret = (id: string) => Promise<string>;

export interface KeySource {
  readonly jwksPath: string | null;
  readonly keysSecretId: string | null;
}

/** The keys, null where none are named, or why they cannot be used. */
export async function readKeys(
  { jwksPath, keysSecretId }: KeySource,
  readSecret: ReadSecret,
): Promise<{ readonly jwks: PrivateJwks | null; readonly faults: readonly ConfigFault[] }> {
  if (jwksPath !== null && keysSecretId !== null) {
    return { jwks: null, faults: [{ where: 'KEYS_SECRET_ID', message: 'must not be set with JWKS_FILE' }] };
  }
  if (keysSecretId !== null) return parse('KEYS_SECRET_ID', readSecret(keysSecretId), `the secret ${keysSecretId}`);
  if (jwksPath !== null) return parse('JWKS_FILE', readFile(jwksPath, 'utf8'), jwksPath);
  return { jwks: null, faults: [] };
}

async function parse(where: string, text: Promise<string>, source: string): ReturnType<typeof readKeys> {
  try {
    const jwks = parseJwks(await text);
    return 'refusal' in jwks ? { jwks: null, faults: [{ where, message: jwks.refusal }] } : { jwks, faults: [] };
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    const kind = where === 'JWKS_FILE' ? 'a readable file' : 'a readable secret';
    return {
      jwks: null,
      faults: [{ where, message: `must name ${kind}: ${source} cannot be read (${code ?? name})` }],
    };
  }
}

/** Secrets of AWS Secrets Manager. The SDK finds region, credentials and endpoint by itself; it takes time to load. */
export const readAwsSecret: ReadSecret = async (id) => {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({});
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: id }), {
    abortSignal: AbortSignal.timeout(20_000),
  });
  client.destroy();
  return SecretString;
};
