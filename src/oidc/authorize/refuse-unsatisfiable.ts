import type { ClaimsParameter, KoaContextWithOIDC } from 'oidc-provider';
import { errors, interactionPolicy } from 'oidc-provider';
import type { VisitorId } from '#waiting-room/visitor.ts';

/** The stock Checks whose result an admission does not change: they compare the request with the visitor. */
const REASONS = new Set(['id_token_hint', 'claims_id_token_sub_value', 'essential_acrs', 'essential_acr']);
const CHECKS = interactionPolicy
  .base()
  .get('login')
  ?.checks.filter(({ reason }) => REASONS.has(reason));

/**
 * Refuses a request that can never get a code, so that nobody waits in line for an error. oidc-provider would refuse it
 * only after the admission: the relying party asks for another visitor or an unsupported `acr`, or for no scope that
 * exists. Its own Checks decide, on the visitor who would be admitted.
 *
 * @param visitor answers whom the browser's cookies name; null for a newcomer, whom no relying party can know.
 */
export async function refuseUnsatisfiable(
  ctx: KoaContextWithOIDC,
  visitor: () => Promise<VisitorId | null>,
): Promise<void> {
  if (namesVisitor(ctx)) {
    const admitted = asAdmitted(ctx, (await visitor()) ?? undefined);
    for (const { check, description } of CHECKS ?? []) {
      if (await check(admitted)) throw new errors.LoginRequired(description);
    }
  }
  if (ctx.oidc.requestParamOIDCScopes.size === 0) {
    throw new errors.InvalidScope('the scope must contain openid or email', '');
  }
}

/** Whether the request has one of the parameters that the Checks read. Nearly no request does. */
function namesVisitor({ oidc: { params } }: KoaContextWithOIDC): boolean {
  return [params?.id_token_hint, params?.claims, params?.acr_values].some((value) => value !== undefined);
}

/** The context as the Checks will see it once the visitor is admitted. */
function asAdmitted(ctx: KoaContextWithOIDC, visitor: VisitorId | undefined): KoaContextWithOIDC {
  const oidc = Object.create(ctx.oidc, {
    session: { value: { accountId: visitor } },
    claims: { value: requestedClaims(ctx) },
  });
  return { ...ctx, oidc };
}

/** As oidc-provider assigns them after the extra parameters: `acr_values` replaces a requested `acr`. */
function requestedClaims({ oidc: { params } }: KoaContextWithOIDC): ClaimsParameter {
  const claims: ClaimsParameter = params?.claims === undefined ? {} : JSON.parse(String(params.claims));
  if (!params?.acr_values) return claims;
  return { ...claims, id_token: { ...claims.id_token, acr: { values: String(params.acr_values).split(' ') } } };
}
