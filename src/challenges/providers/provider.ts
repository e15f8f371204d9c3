/** A service that checks browsers. Each has a file of its own, after its documentation. */
export interface Provider {
  /** Where tokens are verified. */
  readonly verifyUrl: string;
  /** The request that verifies a token. */
  verification(check: TokenCheck): { readonly headers: Readonly<Record<string, string>>; readonly body: string };
  /** Why an answer of status 400 is not the token's fault but the settings'. */
  readonly setupFaults: readonly string[];
  /** What the page loads and shows: a script, and an element of this class that gets a field of this name. */
  readonly widget: { readonly script: string; readonly className: string; readonly field: string };
  /** What the Content-Security-Policy of the page is opened for. */
  readonly sources: { readonly script: string; readonly frame: string; readonly style?: string };
}

export interface TokenCheck {
  readonly secret: string;
  readonly siteKey: string;
  readonly token: string;
}

/** The form that all vendors but one take; one of them with more fields. */
export function siteverifyForm({ secret, token }: TokenCheck, more: Readonly<Record<string, string>> = {}) {
  const form = new URLSearchParams({ secret, response: token, ...more });
  return { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: form.toString() };
}
