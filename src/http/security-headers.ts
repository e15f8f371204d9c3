import type { Middleware } from 'koa';
import type { PublicUrls } from './public-urls.ts';

/**
 * There is no form-action: Chromium also applies it to the redirect that answers a form, and the answer to a claim
 * redirects to the relying party.
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
  // The address of the waiting page contains the authorization request.
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Frame-Options': 'DENY',
  'X-Permitted-Cross-Domain-Policies': 'none',
} as const;

/**
 * The security headers of every answer. HSTS is set only with https (RFC 6797 §7.2), and only on a host of its own: it
 * holds for a whole host, so on the site's it is the site's to decide.
 */
export function securityHeadersOf({
  isSecure,
  basePath,
}: Pick<PublicUrls, 'isSecure' | 'basePath'>): Readonly<Record<string, string>> {
  if (!isSecure || basePath !== '') return ALWAYS;
  return { ...ALWAYS, 'Strict-Transport-Security': 'max-age=31536000' };
}

/** Sets the security headers of every answer. */
export function securityHeaders(urls: Pick<PublicUrls, 'isSecure' | 'basePath'>): Middleware {
  const entries = Object.entries(securityHeadersOf(urls));
  return (ctx, next) => {
    // Set on Node's response: Koa would check each name and value again, which is measurable for this many headers.
    for (const [name, value] of entries) ctx.res.setHeader(name, value);
    return next();
  };
}
