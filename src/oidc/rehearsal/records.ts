/** Notes what came of the login of a rehearsal: what the relying party sent, and what it got. */
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Rehearsals } from '#waiting-room/rehearsals/index.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import { loginContext } from '../login-context.ts';

export interface RehearsalRecordsDeps {
  readonly rehearsals: Pick<Rehearsals, 'recordFor'>;
  readonly relyingParties: RelyingParties;
  readonly cookies: Pick<VisitorCookies, 'inside'>;
  readonly onError: (error: unknown) => void;
}

interface OAuthError {
  readonly error?: string;
  readonly error_description?: string | undefined;
  readonly error_detail?: string | undefined;
}

/** The room and the visitor of a login, as far as they are known. */
interface Known {
  readonly room: string;
  readonly visitor: string;
}

export function recordRehearsals(provider: Provider, deps: RehearsalRecordsDeps): void {
  const { rehearsals, relyingParties, cookies, onError } = deps;

  const roomOf = async (clientId: string | undefined) =>
    clientId === undefined ? null : ((await relyingParties.find(clientId))?.room ?? null);

  function admitted(ctx: KoaContextWithOIDC): Known | null {
    const visit = loginContext(ctx)?.visit;
    return visit?.admission ? { room: visit.room, visitor: visit.admission.visitor } : null;
  }

  /** Of a request that was refused before its visitor was looked up. */
  async function inBrowser(ctx: KoaContextWithOIDC): Promise<Known | null> {
    const room = await roomOf(ctx.oidc.client?.clientId ?? textOf(ctx.oidc.params?.client_id));
    const ticket = room && cookies.inside(ctx.req.headers.cookie, room);
    return ticket ? { room, visitor: ticket.visitor } : null;
  }

  /** Of a code that a relying party could not exchange, as its secret is wrong. */
  async function ofCode(ctx: KoaContextWithOIDC): Promise<Known | null> {
    const value = textOf(ctx.oidc.params?.code ?? ctx.oidc.body?.code);
    const code = value === undefined ? undefined : await provider.AuthorizationCode.find(value);
    const room = code && (await roomOf(code.clientId));
    return room && code.accountId ? { room, visitor: code.accountId } : null;
  }

  const record = (...entry: Parameters<Rehearsals['recordFor']>) => void rehearsals.recordFor(...entry).catch(onError);

  provider.on('authorization.success', (ctx) => {
    const known = admitted(ctx);
    if (known) record(known.room, known.visitor, 'code_issued');
  });
  provider.on('authorization.error', (ctx, error) => {
    Promise.resolve(admitted(ctx) ?? inBrowser(ctx)).then((known) => {
      if (known) record(known.room, known.visitor, 'request_refused', wordsOf(error));
    }, onError);
  });
  provider.on('grant.success', (ctx) => {
    const known = ctx.oidc.params?.grant_type === 'authorization_code' ? admitted(ctx) : null;
    if (known) record(known.room, known.visitor, 'tokens_issued');
  });
  provider.on('grant.error', (ctx, error) => {
    Promise.resolve(admitted(ctx) ?? ofCode(ctx)).then((known) => {
      if (known) record(known.room, known.visitor, 'tokens_refused', wordsOf(error));
    }, onError);
  });
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The words of the specification, and why. Neither contains a secret: the client gets the same. */
function wordsOf({ error = 'error', error_description }: OAuthError): string {
  return error_description ? `${error}: ${error_description}` : error;
}
