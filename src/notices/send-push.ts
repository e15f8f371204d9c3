/** Sends one notification (RFC 8030): encrypted for its browser (RFC 8291), and signed with the VAPID key (RFC 8292). */
import { hash } from 'node:crypto';
import type { RequestDetails } from 'web-push';
import { type Outbound, TargetError, TargetRefused } from '#outbound/index.ts';
import type { PushSubscription } from '#waiting-room/push-subscription.ts';
import type { MailOutcome, MailResult } from './send-mail.ts';

export interface VapidOptions {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly subject: string;
}

export interface PushMessage {
  readonly subscription: PushSubscription;
  readonly payload: string;
  /** What a later message with the same topic replaces, if the browser has not got this one yet. */
  readonly topic: string;
  /** For how long the push service keeps it, in seconds. */
  readonly ttl: number;
}

/** Never rejects. The outcome is that of {@link MailOutcome}. */
export type SendPush = (message: PushMessage) => Promise<MailResult>;

/** In ms. */
const TIMEOUT = 5000;

export function createSendPush(vapid: VapidOptions, { send }: Pick<Outbound, 'send'>): SendPush {
  async function encrypt({ subscription, payload, topic, ttl }: PushMessage): Promise<RequestDetails> {
    const { endpoint, ...keys } = subscription;
    // A service that sends none loads no library for it.
    const { default: webPush } = await import('web-push');
    return webPush.generateRequestDetails({ endpoint, keys }, payload, {
      vapidDetails: vapid,
      contentEncoding: 'aes128gcm',
      TTL: ttl,
      urgency: 'high',
      // At most 32 characters of base64url (RFC 8030 §5.4).
      topic: hash('sha256', topic, 'base64url').slice(0, 32),
    });
  }

  return async (message) => {
    const request = await encrypt(message).catch(() => null);
    if (!request?.body) return { outcome: 'refused', answered: true, reason: 'not encrypted' };
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const signal = AbortSignal.timeout(TIMEOUT);
    try {
      const { endpoint } = message.subscription;
      const answer = await send(endpoint, { method: 'POST', headers, body: request.body, signal });
      answer.discard();
      return resultOf(answer.status);
    } catch (error) {
      const outcome = error instanceof TargetRefused ? 'refused' : 'failed';
      return { outcome, answered: false, reason: error instanceof TargetError ? error.message : 'no answer' };
    }
  };
}

/** RFC 8030 §5: 201 is accepted, 404 and 410 say that the subscription is over, 429 asks to come back later. */
function resultOf(status: number): MailResult {
  if (status >= 200 && status < 300) return { outcome: 'sent', answered: true };
  const outcome: MailOutcome = status === 429 || status >= 500 ? 'failed' : 'refused';
  // The service itself is not known there, or overloaded: an operator wants to know.
  const answered = outcome === 'refused' && status !== 401 && status !== 403;
  return { outcome, answered, reason: `status ${status}` };
}
