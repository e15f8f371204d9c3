import { createHash } from 'node:crypto';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import { LONGEST_DELIVERY } from './verify.ts';

/** `busy`: another process is at it, or died at it less than a minute ago. */
export type Once = 'done' | 'repeated' | 'busy';

/** How long a message in progress keeps others from it, in ms. */
const HELD_FOR = 60_000;
const KEPT_FOR = 2 * LONGEST_DELIVERY;
const DONE = 'done';

/**
 * Does what a message asks for once, however often it is delivered. If that fails, the next delivery tries again.
 * @param onError called if the message was done and cannot be remembered for longer than a minute
 */
export async function once(
  { idempotency, onError }: { readonly idempotency: Idempotency; readonly onError: (error: unknown) => void },
  { TopicArn, MessageId }: { readonly TopicArn: string; readonly MessageId: string },
  act: () => Promise<void>,
): Promise<Once> {
  const key = `sns:${createHash('sha256').update(`${TopicArn} ${MessageId}`).digest('base64url')}`;
  const before = await idempotency.remember(key, 'in progress', HELD_FOR);
  if (before !== null) return before === DONE ? 'repeated' : 'busy';
  try {
    await act();
  } catch (error) {
    await idempotency.forget(key).catch(() => undefined);
    throw error;
  }
  await idempotency.amend(key, DONE, KEPT_FOR).catch(onError);
  return 'done';
}
