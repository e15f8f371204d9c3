/** The token of an `Authorization: Bearer` header (RFC 6750 §2.1), or null for any other header. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization ?? '')?.[1] ?? null;
}
