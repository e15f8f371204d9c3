/** A TOKEN authorizer for REST APIs of API Gateway. It takes the place of the one of AWS's Virtual Waiting Room. */
import { type Policy, policyFor, UNAUTHORIZED } from './policy.ts';
import { createVerifyToken, settingsFrom, type VerifyToken } from './verify-token.ts';

export interface TokenEvent {
  readonly authorizationToken?: string;
  readonly methodArn?: string;
}

export function createTokenHandler(verify: VerifyToken) {
  return async ({ authorizationToken, methodArn }: TokenEvent): Promise<Policy | typeof UNAUTHORIZED> => {
    if (!authorizationToken || !methodArn) return UNAUTHORIZED;
    const payload = await verify(authorizationToken);
    return policyFor(payload?.sub ?? null, methodArn);
  };
}

let verify: VerifyToken | undefined;

/** What Lambda calls. The keys stay in memory between calls. */
export const handler = (event: TokenEvent) => {
  verify ??= createVerifyToken(settingsFrom(process.env));
  return createTokenHandler(verify)(event);
};
