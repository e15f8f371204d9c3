import type { OperatorToken } from '#http/operators.ts';
import type { Seal } from '#waiting-room/seal.ts';
import type { IdentityProviderSettings } from './identity-provider.ts';
import type { OperatorSession } from './operator-session.ts';

/**
 * Stamps of what operators prove themselves with. A session carries one, so it ends when its token is removed or changed,
 * or when the settings of the identity provider are.
 */
export interface Proofs {
  ofToken(name: string): string;
  ofProvider(): string;
  isOf(session: OperatorSession): boolean;
}

export function createProofs(
  seal: Pick<Seal, 'stamp' | 'isStampOf'>,
  tokens: readonly OperatorToken[],
  provider: IdentityProviderSettings | null,
): Proofs {
  const texts = new Map(tokens.map(({ name, role, token }) => [name, JSON.stringify(['token', name, role, token])]));
  const providerText = JSON.stringify(['provider', provider]);
  return {
    ofToken: (name) => seal.stamp(texts.get(name) ?? ''),
    ofProvider: () => seal.stamp(providerText),
    isOf({ name, proof }) {
      const text = texts.get(name) ?? (provider ? providerText : null);
      return text !== null && seal.isStampOf(text, proof);
    },
  };
}
