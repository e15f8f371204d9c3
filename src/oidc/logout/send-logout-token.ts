import type { Outbound } from '#outbound/index.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import { clientMetadata } from '../client-metadata.ts';
import type { LogoutTokens } from './logout-token.ts';

/** How long a relying party may take to answer, in ms. */
export const ANSWER_TIMEOUT = 2_500;

export interface EndedSession {
  readonly clientId: string;
  readonly sub: string;
  readonly sid: string | null;
}

/** The HTTP status of a relying party that did not accept a logout token; 0 where it did not answer. */
export interface LogoutFailure {
  readonly status: number;
  /** Why it did not answer. */
  readonly err?: unknown;
}

/** Sends a logout token (OpenID Connect Back-Channel Logout 1.0 §2.5); null where the relying party accepted it. */
export type SendLogoutToken = (session: EndedSession) => Promise<LogoutFailure | null>;

export interface SendLogoutTokenDeps {
  readonly relyingParties: RelyingParties;
  readonly tokens: LogoutTokens;
  readonly outbound: Pick<Outbound, 'send'>;
}

export function createSendLogoutToken({ relyingParties, tokens, outbound }: SendLogoutTokenDeps): SendLogoutToken {
  async function post(uri: string, token: string): Promise<LogoutFailure | null> {
    try {
      const answer = await outbound.send(uri, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ logout_token: token }).toString(),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT),
      });
      answer.discard();
      // §2.8 asks for 200; some frameworks answer 204.
      return answer.status === 200 || answer.status === 204 ? null : { status: answer.status };
    } catch (error) {
      return { status: 0, err: error };
    }
  }

  return async ({ clientId, sub, sid }) => {
    const party = await relyingParties.find(clientId);
    if (!party?.backchannel_logout_uri) return { status: 410 };
    const algorithm = clientMetadata(party).id_token_signed_response_alg ?? 'RS256';
    const wantsSid = party.backchannel_logout_session_required ?? false;
    const token = await tokens.sign({ clientId, sub, sid: wantsSid ? sid : null, algorithm });
    return post(party.backchannel_logout_uri, token);
  };
}
