/**
 * Agents that sign their requests (Web Bot Auth). A rule names one by its origin, where it publishes its keys, or by a
 * key itself.
 */

/** Ed25519 in base64url, as the `x` of its JWK (RFC 8037 §2): 32 bytes. */
const KEY = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

export const isAgentKey = (agent: string): boolean => KEY.test(agent);

/** Where an agent publishes its keys. */
export const directoryOf = (origin: string): string => `${origin}/.well-known/http-message-signatures-directory`;
