import type { OperatorRole } from '#waiting-room/operator-role.ts';
import { type EnvReader, type Refusal, refuse } from './env.ts';

/** The operators' own OpenID provider. */
export interface AdminOidc {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Which claims give which roles. */
  readonly roles: readonly { readonly claim: string; readonly value: string; readonly role: OperatorRole }[];
}

const VARIABLES = [
  'ADMIN_OIDC_ISSUER',
  'ADMIN_OIDC_CLIENT_ID',
  'ADMIN_OIDC_CLIENT_SECRET',
  'ADMIN_OIDC_ROLES',
] as const;

/** Null without any of the variables. With one of them, each of the others is required. */
export function readAdminOidc({ read, faults }: EnvReader, env: NodeJS.ProcessEnv): AdminOidc | null {
  const issuer = read('ADMIN_OIDC_ISSUER', null, providerUrl);
  const roles = read('ADMIN_OIDC_ROLES', [], roleClaims);
  const given = VARIABLES.filter((name) => env[name]);
  if (given.length === 0) return null;
  for (const name of VARIABLES) {
    if (!given.includes(name)) faults.push({ where: name, message: `is required with ${given[0]}` });
  }
  const { ADMIN_OIDC_CLIENT_ID: clientId, ADMIN_OIDC_CLIENT_SECRET: clientSecret } = env;
  return issuer && clientId && clientSecret ? { issuer, clientId, clientSecret, roles } : null;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** The issuer as the provider writes it, perhaps with a slash at its end. */
function providerUrl(value: string): string | Refusal {
  const url = URL.parse(value);
  if (!url || (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.includes(url.hostname)))) {
    return refuse('must be an https URL, or an http URL of this machine');
  }
  if (/[?#]/.test(value)) return refuse('must have no query and no fragment');
  return url.username === '' && url.password === '' ? value : refuse('must have no user name and no password');
}

const ENTRY = /^([^=,\s]{1,100})=(.{1,300}):(viewer|operator|owner)$/;

/** `claim=value:role`, comma-separated. */
function roleClaims(value: string): AdminOidc['roles'] | Refusal {
  const roles: AdminOidc['roles'][number][] = [];
  for (const [index, each] of value.split(',').entries()) {
    const [, claim, wanted, role] = ENTRY.exec(each.trim()) ?? [];
    if (!claim || !wanted) {
      return refuse(
        `must be a comma-separated list of claim=value:role, such as groups=sale-team:operator, with a role of viewer, operator or owner: entry ${index + 1} has another form`,
      );
    }
    roles.push({ claim, value: wanted, role: role as OperatorRole });
  }
  return roles;
}
