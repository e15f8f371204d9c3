import type { Middleware } from 'koa';

/**
 * There is no form-action: Chromium applies it to the redirect that answers a form too, and the claim's answer goes
 * to the relying party, wherever that is.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ALWAYS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  // The waiting page's address carries the authorization request.
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Frame-Options': 'DENY',
  'X-Permitted-Cross-Domain-Policies': 'none',
} as const;

/** The headers of every answer; `issuer` decides whether browsers may be held to https (RFC 6797 §7.2). */
export function securityHeaders({ issuer }: { readonly issuer: string }): Middleware {
  const headers: Record<string, string> = { ...ALWAYS };
  if (issuer.startsWith('https:')) headers['Strict-Transport-Security'] = 'max-age=31536000';
  const entries = Object.entries(headers);
  return (ctx, next) => {
    // Straight to Node: Koa looks at each name and value again, which shows at this many headers a request.
    for (const [name, value] of entries) ctx.res.setHeader(name, value);
    return next();
  };
}
