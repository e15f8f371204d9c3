/**
 * The service's own requests: origin health, Prometheus, back-channel logout and the webhook. This folder owns where
 * they may go, and what of a failure may be logged. It does not know what they are for. It imports nothing.
 *
 * The person who writes the environment and the configuration file runs the process and may reach whatever it reaches.
 * An operator with a token may not: the API could make the service call the machine's own services, or the metadata
 * service that hands out the machine's credentials.
 */
import { isRefusedHost } from './refused-address.ts';
import { createGuardedSend, createSend, type OutboundAnswer, type OutboundRequest, type Resolve } from './send.ts';
import { ACCEPTED_TARGETS } from './target-error.ts';

export type { OutboundAnswer, OutboundRequest } from './send.ts';
export { CertificateRefused, ConnectionFailed, TargetError, TargetRefused, TargetTimeout } from './target-error.ts';

export interface Outbound {
  /**
   * Sends one request to a target, which is a URL of the settings, or to an address below it. Rejects with a
   * {@link TargetError}.
   */
  send(target: string, request?: OutboundRequest & { readonly url?: URL }): Promise<OutboundAnswer>;
  /** Why a target is refused: completes a sentence that begins with the name of the setting. Null for an accepted one. */
  faultOf(target: string): string | null;
}

export interface OutboundDeps {
  /** ALLOW_PRIVATE_TARGETS. */
  readonly allowPrivateTargets: boolean;
  /** The targets in the configuration file and the environment. */
  readonly trusted?: Iterable<string>;
  /** Default: the system's lookup. */
  readonly resolve?: Resolve;
}

export function createOutbound({ allowPrivateTargets, trusted = [], resolve }: OutboundDeps): Outbound {
  const known = new Set(trusted);
  const isTrusted = (target: string) => allowPrivateTargets || known.has(target);
  const [sendFreely, sendGuarded] = [createSend(), createGuardedSend(resolve)];

  return {
    send: (target, { url = new URL(target), ...request } = {}) =>
      (isTrusted(target) ? sendFreely : sendGuarded)(url, request),
    faultOf: (target) => (isTrusted(target) || !isRefusedHost(new URL(target)) ? null : ACCEPTED_TARGETS),
  };
}
