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
}

/** Sends a logout token (OpenID Connect Back-Channel Logout 1.0 §2.5); null where the relying party accepted it. */
export type SendLogoutToken = (session: EndedSession) => Promise<LogoutFailure | null>;

export interface SendLogoutTokenDeps {
  readonly relyingParties: RelyingParties;
  readonly tokens: LogoutTokens;
}

export function createSendLogoutToken({ relyingParties, tokens }: SendLogoutTokenDeps): SendLogoutToken {
  return async ({ clientId, sub, sid }) => {
    const party = await relyingParties.find(clientId);
    if (!party?.backchannel_logout_uri) return { status: 410 };
    const algorithm = clientMetadata(party).id_token_signed_response_alg ?? 'RS256';
    const wantsSid = party.backchannel_logout_session_required ?? false;
    const token = await tokens.sign({ clientId, sub, sid: wantsSid ? sid : null, algorithm });
    return post(party.backchannel_logout_uri, token);
  };
}

async function post(uri: string, token: string): Promise<LogoutFailure | null> {
  try {
    const response = await fetch(uri, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ logout_token: token }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT),
    });
    await response.body?.cancel();
    // §2.8 asks for 200; some frameworks answer 204.
    return response.status === 200 || response.status === 204 ? null : { status: response.status };
  } catch {
    return { status: 0 };
  }
}
