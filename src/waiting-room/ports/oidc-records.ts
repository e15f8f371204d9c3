/** A record of oidc-provider, as its Adapter stores it. */
export interface OidcRecord {
  readonly [claim: string]: unknown;
}

/** The records of oidc-provider, by model and id: the shape of its Adapter. */
export interface OidcRecords {
  upsert(model: string, id: string, payload: OidcRecord, expiresIn: number | undefined): Promise<void>;
  find(model: string, id: string): Promise<OidcRecord | undefined>;
  /** Marks as used: `consumed` is set to the time in seconds. False if it was used already or is missing. */
  consume(model: string, id: string, now: number): Promise<boolean>;
  destroy(model: string, id: string): Promise<void>;
  /** Removes the grant's tokens. A code that was not used yet may stay until its end: it needs the grant, too. */
  revokeByGrantId(grantId: string): Promise<void>;
}
