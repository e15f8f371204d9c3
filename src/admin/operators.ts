import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import type { OperatorToken } from '#http/operators.ts';
import { OPERATOR_ROLES } from '#waiting-room/operator-role.ts';
import type { IdentityProviderSettings } from './sign-in/index.ts';

const role = z.enum(OPERATOR_ROLES);

const operators = z
  .object({
    tokens: z
      .array(z.object({ name: z.string().describe('As it appears in the audit log.'), role }))
      .describe('The tokens of ADMIN_TOKEN and ADMIN_TOKENS, by name.'),
    identity_provider: z
      .object({
        issuer: z.string(),
        roles: z
          .array(z.object({ claim: z.string(), value: z.string(), role }))
          .describe('Which claim gives which role. If several match, the greatest role counts.'),
      })
      .nullable()
      .describe('Where operators can sign in, as ADMIN_OIDC_* say. null: with a token only.'),
  })
  .meta({ id: 'Operators' });

export interface OperatorRoutesDeps {
  readonly operatorTokens: readonly OperatorToken[];
  readonly identityProvider: IdentityProviderSettings | null;
}

/** Who may use the API. Answers never contain a secret. */
export function operatorRoutes({ operatorTokens, identityProvider }: OperatorRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/operators',
      operationId: 'listOperators',
      role: 'owner',
      summary: 'List who may use this API: names and roles, never a secret',
      response: { 200: { description: 'The operators', schema: operators } },
      handle: async () => ({
        status: 200,
        body: {
          tokens: operatorTokens.map(({ name, role = 'owner' }) => ({ name, role })),
          identity_provider: identityProvider && {
            issuer: identityProvider.issuer,
            roles: identityProvider.roles.map(({ claim, value, role }) => ({ claim, value, role })),
          },
        },
      }),
    }),
  ];
}
