import type { IncomingMessage } from 'node:http';
import type { EntryAction } from '#waiting-room/entry/decide-entry.ts';
import { type Rule, ruleFor } from '#waiting-room/entry/rules.ts';
import { claimedEngine } from '#waiting-room/entry/search-engines.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { ClientAddress } from './client-address.ts';
import type { CrawlerCheck } from './crawler-check.ts';
import type { PublicUrls } from './public-urls.ts';
import { describeRequest, type RuleTarget } from './rule-request.ts';

type Request = Pick<IncomingMessage, 'headers' | 'socket' | 'url' | 'method'>;

/**
 * What a room's rules say about a request; `wait` if they say nothing. Not a promise unless a search engine has to be
 * looked up, or a signature to be verified.
 */
export type RoomRules = (
  settings: Pick<RoomSettings, 'rules' | 'return_urls'>,
  req: Request,
  target: RuleTarget,
) => EntryAction | Promise<EntryAction>;

/** A request that an agent may have signed. */
export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

export interface RoomRulesDeps {
  readonly clientAddress: ClientAddress;
  readonly urls: Pick<PublicUrls, 'urlOf'>;
  readonly isCrawlerOf: CrawlerCheck;
  readonly agents: {
    /** Which of them a request says to be of. */
    claimed(agents: readonly string[], request: SignedRequest): readonly string[];
    /** Which of them it is of. */
    verified(agents: readonly string[], request: SignedRequest): Promise<readonly string[]>;
  };
}

const actionOf = (rule: Rule | null): EntryAction => rule?.action ?? 'wait';

export function createRoomRules({ clientAddress, urls, isCrawlerOf, agents }: RoomRulesDeps): RoomRules {
  /** Null for a request to a host that is not the room's: what was signed for another site is no key to this one. */
  function signedOf(returnUrls: readonly string[], req: Request, { url, method, isRequest }: RuleTarget) {
    const { headers } = req;
    if (headers.signature === undefined || headers['signature-input'] === undefined) return null;
    if (!isRequest) return { method: req.method ?? '', url: urls.urlOf(req.url ?? '/'), headers };
    const origin = url === null ? null : URL.parse(url)?.origin;
    const origins = returnUrls.map((each) => new URL(each).origin);
    return url !== null && origin && origins.includes(origin) ? { method, url, headers } : null;
  }

  return ({ rules = [], return_urls }, req, target) => {
    if (rules.length === 0) return 'wait';
    const described = describeRequest(req.headers, clientAddress(req as IncomingMessage), target);
    const request = { ...described, searchEngine: null, agents: [] };
    const rule = ruleFor(rules, request);
    const engine = claimedEngine(req.headers['user-agent'] ?? '');
    const signed = signedOf(return_urls, req, target);
    const claimed = signed ? agents.claimed([...new Set(rules.flatMap(({ match }) => match.agent ?? []))], signed) : [];
    if (engine === null && claimed.length === 0) return actionOf(rule);
    // What is claimed is checked only where the answer counts. It may only lead to an earlier rule.
    if (ruleFor(rules, { ...request, searchEngine: engine, agents: claimed }) === rule) return actionOf(rule);
    const byAgents = (verified: readonly string[]) => {
      const known = { ...request, agents: verified };
      const [without, withEngine] = [ruleFor(rules, known), ruleFor(rules, { ...known, searchEngine: engine })];
      if (engine === null || without === withEngine) return actionOf(without);
      const isReal = isCrawlerOf(engine, request.address);
      const choose = (is: boolean) => actionOf(is ? withEngine : without);
      return isReal instanceof Promise ? isReal.then(choose) : choose(isReal);
    };
    return signed && claimed.length > 0 ? agents.verified(claimed, signed).then(byAgents) : byAgents([]);
  };
}
