import type { OperatorRole } from '#waiting-room/operator-role.ts';
import { OPERATOR_ROLES } from '#waiting-room/operator-role.ts';

/** A claim of the operators' identity provider that gives a role: an entry of ADMIN_OIDC_ROLES. */
export interface RoleClaim {
  readonly claim: string;
  readonly value: string;
  readonly role: OperatorRole;
}

/** The greatest role that the claims give, or null. A claim may be a text, a list of texts, or true or false. */
export function roleOfClaims(
  claims: Readonly<Record<string, unknown>>,
  roles: readonly RoleClaim[],
): OperatorRole | null {
  const given = roles.filter(({ claim, value }) => valuesOf(claims, claim).includes(value)).map(({ role }) => role);
  return OPERATOR_ROLES.findLast((role) => given.includes(role)) ?? null;
}

/** An address of an account that did not prove it gives nothing (OpenID Connect Core §5.1). */
function valuesOf(claims: Readonly<Record<string, unknown>>, name: string): string[] {
  if (!Object.hasOwn(claims, name) || (name === 'email' && claims.email_verified !== true)) return [];
  return [claims[name]].flat().map(String);
}

/** The name in the audit log. No token's name has a colon, so it is no token's. */
export function nameOfClaims(claims: Readonly<Record<string, unknown>>): string {
  const { sub, email, email_verified } = claims;
  return `oidc:${email_verified === true && typeof email === 'string' ? email : String(sub)}`.slice(0, 200);
}
