import type Provider from 'oidc-provider';
import type { AuthorizationCode, KoaContextWithOIDC } from 'oidc-provider';

/** Runs `then` after a code was exchanged for tokens and before the relying party has them. */
export function onCodeExchange(
  provider: Provider,
  then: (ctx: KoaContextWithOIDC, code: AuthorizationCode) => Promise<void>,
): void {
  provider.use(async (ctx, next) => {
    await next();
    const { oidc } = ctx as KoaContextWithOIDC;
    const code = oidc?.route === 'token' && ctx.status === 200 ? oidc.entities.AuthorizationCode : undefined;
    if (code) await then(ctx as KoaContextWithOIDC, code);
  });
}
