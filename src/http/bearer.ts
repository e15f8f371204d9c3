/** The token of an `Authorization: Bearer` header (RFC 6750 §2.1), or null for any other header. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** The same for a token that an operator chose, which may have characters beyond those of RFC 6750 §2.1. */
export function chosenBearerOf(authorization: string | undefined): string | null {
  return /^Bearer +([^ ]+) *$/i.exec(authorization ?? '')?.[1] ?? null;
}
