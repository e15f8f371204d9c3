/** A link that signs in once, for a few minutes. The service prints one when it starts with its demo. */
import { randomBytes } from 'node:crypto';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { Seal } from '#waiting-room/seal.ts';

/** How long a link works, in ms. */
export const LINK_LIFETIME = 10 * 60_000;

export interface OneTimeLinks {
  /** A new secret for the parameter `once`. */
  create(): string;
  /** Whether the secret is one of ours, in time, and was not used before in any process. */
  use(secret: string): Promise<boolean>;
}

export interface OneTimeLinksDeps {
  readonly seal: Pick<Seal, 'seal' | 'open'>;
  readonly idempotency: Pick<Idempotency, 'remember'>;
  readonly now: () => number;
}

const CONTEXT = 'sign-in link';

export function createOneTimeLinks({ seal, idempotency, now }: OneTimeLinksDeps): OneTimeLinks {
  return {
    create() {
      const id = randomBytes(16).toString('base64url');
      return seal.seal(Buffer.from(`${now() + LINK_LIFETIME} ${id}`), CONTEXT);
    },
    async use(secret) {
      const opened = seal.open(secret, CONTEXT);
      const [endsAt = '', id] = opened ? Buffer.from(opened).toString().split(' ') : [];
      if (!id || Number(endsAt) <= now()) return false;
      return (await idempotency.remember(`sign-in link ${id}`, 'used', LINK_LIFETIME)) === null;
    },
  };
}
