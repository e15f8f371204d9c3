/**
 * The authorization endpoint: from an authorization request to its code, by way of the waiting page where the visitor
 * has to wait. It owns the request's arrival, the next step of a login, restarts of expired login transactions, and the
 * guard against login loops. Plain requests take `fast-path/`. It owns neither the tokens nor the waiting page. Of the door it imports `adapter.ts`,
 * `login-context.ts`, `redirect-uri.ts`, `usable-admission.ts`, `tokens/claims.ts` and `tokens/on-code-exchange.ts`.
 */

import type Provider from 'oidc-provider';
import type { Configuration } from 'oidc-provider';
import type { BrowserUses } from '#http/browser-uses.ts';
import type { ClientAddress } from '#http/client-address.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import { createLoopGuard } from '#http/loop-guard.ts';
import { Problem } from '#http/problem.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { RecordRequest } from '#http/request-record.ts';
import type { RoomRules } from '#http/room-rules.ts';
import type { SenderCheck } from '#http/sender-check.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Render } from '#pages/views.ts';
import type { Addresses, PendingRequest } from '#pages/waiting/address.ts';
import { RETRY } from '#pages/waiting/address.ts';
import type { Continuation } from '#pages/waiting/continuation.ts';
import type { Passes } from '#passes/index.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import { attachLoginContext } from '../login-context.ts';
import { createAnsweredLogins, recordAnsweredLogins } from './answered-logins.ts';
import { createArrival } from './arrival.ts';
import { answerLanguageForms, navigationsOnly, postBecomesGet } from './authorize-middleware.ts';
import { createConfirmedLogins } from './confirmed-logins.ts';
import { createContinuation } from './continuation.ts';
import { createDecideLogin } from './decide-login.ts';
import { createBegunArrivals } from './fast-path/begun-arrivals.ts';
import { createFastPath, type FastPath } from './fast-path/index.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import { createInteractionUrl } from './interaction-url.ts';
import { createLoginLock, releaseLoginLock } from './login-lock.ts';
import { stopLoginLoops } from './login-loop-middleware.ts';
import { readLoginRound } from './login-round.ts';
import { createLoginStart } from './login-start.ts';
import { createTransactionOf } from './login-transaction.ts';
import { createNewestLogin } from './newest-login.ts';
import { onlyOwnResume } from './own-resume.ts';
import { createDescribePending } from './pending-login.ts';
import { createPushLimit } from './push-limit.ts';
import { createPushedRequests } from './pushed-requests.ts';
import { createValidatedStep } from './validated-step.ts';

export interface AuthorizeDeps {
  readonly urls: PublicUrls;
  readonly waitingRoom: Pick<WaitingRoom, 'visitors' | 'relyingParties' | 'snapshots' | 'seal'>;
  readonly idempotency: Pick<Idempotency, 'remember' | 'forget'>;
  readonly addresses: Addresses;
  readonly cookies: VisitorCookies;
  readonly clientAddress: ClientAddress;
  readonly requestOf: EntryRequestOf;
  readonly roomRules: RoomRules;
  readonly senderCheck: SenderCheck;
  readonly browserUses: Pick<BrowserUses, 'begin'>;
  readonly passes: Pick<Passes, 'arrive'>;
  readonly render: Render;
  readonly recordRequest: RecordRequest;
  readonly now: () => number;
}

export interface Authorize {
  /** This endpoint's part of oidc-provider's configuration. */
  readonly configuration: Pick<Configuration, 'interactions' | 'extraParams'>;
  readonly fastPath: FastPath;
  /** Adds the middleware and listeners. Returns how a request continues whose visitor has waited. */
  mount(provider: Provider, cookieNames: { readonly resume: string }): Continuation<PendingRequest>;
}

export function createAuthorize(deps: AuthorizeDeps): Authorize {
  const { urls, idempotency, addresses, cookies, clientAddress, requestOf, roomRules, senderCheck, render, now } = deps;
  const { visitors, relyingParties, snapshots, seal } = deps.waitingRoom;
  const { isSecure } = urls;
  const loginStart = createLoginStart(seal, urls);
  const loops = createLoopGuard(seal, isSecure, now);
  const answeredLogins = createAnsweredLogins(seal, isSecure);
  const newestLogin = createNewestLogin(seal, isSecure);
  const pushedRequests = createPushedRequests({ seal, idempotency, now });
  const limitPushes = createPushLimit({ clientAddress, now });
  const transactionOf = createTransactionOf(newestLogin, now);
  const confirmedLogins = createConfirmedLogins(seal, isSecure);
  const begunArrivals = createBegunArrivals();
  const validatedStep = createValidatedStep({ relyingParties, transactionOf, confirmedLogins, now });

  return {
    configuration: {
      interactions: {
        policy: createInteractionPolicy(validatedStep, relyingParties),
        url: createInteractionUrl({ relyingParties, addresses, cookies, validatedStep, loginStart, urls }),
      },
      extraParams: {
        // The page that the visitor came for, from relying parties that send it; kept with a stored request.
        target_link_uri: null,
        anteroom_page: null,
        [RETRY]: createArrival({
          ...{ visitors, relyingParties, snapshots, roomRules, cookies, newestLogin, loops },
          ...{
            passes: deps.passes,
            browserUses: deps.browserUses,
            begunArrivals,
            confirmedLogins,
            pushedRequests,
            limitPushes,
            validatedStep,
            senderCheck,
            requestOf,
            now,
          },
        }),
      },
    },
    fastPath: createFastPath({
      ...{ visitors, relyingParties, snapshots, roomRules, requestOf, addresses, cookies, newestLogin, begunArrivals },
      ...{ passes: deps.passes, recordRequest: deps.recordRequest, urls, now },
    }),
    mount(provider, { resume: cookieName }) {
      provider.use(answerLanguageForms(urls));
      provider.use(onlyOwnResume({ provider, cookies, relyingParties, cookieName }));
      provider.use(navigationsOnly(refuseScript));
      provider.use(postBecomesGet({ urls, relyingParties, senderCheck }));
      provider.use(attachLoginContext(now));
      provider.use(readLoginRound);
      provider.use(loginStart.readNote);
      provider.use(pushedRequests.read);
      pushedRequests.mount(provider);
      provider.use(stopLoginLoops({ loops, loginStart, relyingParties, render, now }));
      recordAnsweredLogins(provider, answeredLogins);
      releaseLoginLock(provider, { idempotency, relyingParties });
      const loginLock = createLoginLock(idempotency);
      const describePending = createDescribePending(pushedRequests);
      const decideLogin = createDecideLogin({
        ...{
          provider,
          relyingParties,
          describePending,
          answeredLogins,
          confirmedLogins,
          loops,
          loginLock,
          transactionOf,
          urls,
          now,
        },
      });
      return createContinuation({
        ...{ visitors, addresses, relyingParties, snapshots, urls, render },
        ...{ loginStart, describePending, confirmedLogins, loops, decideLogin },
      });
    },
  };
}

function refuseScript(): never {
  throw new Problem('invalid_request', { detail: '/authorize is for navigations: send the visitor there.' });
}
