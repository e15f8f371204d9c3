import type { IncomingMessage } from 'node:http';
import type { EntryAction } from '#waiting-room/entry/decide-entry.ts';
import { type Rule, ruleFor } from '#waiting-room/entry/rules.ts';
import { claimedEngine } from '#waiting-room/entry/search-engines.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { ClientAddress } from './client-address.ts';
import type { CrawlerCheck } from './crawler-check.ts';
import { describeRequest, type RuleTarget } from './rule-request.ts';

/**
 * What a room's rules say about a request; `wait` if they say nothing. Not a promise unless a search engine has to be
 * looked up.
 */
export type RoomRules = (
  settings: Pick<RoomSettings, 'rules'>,
  req: Pick<IncomingMessage, 'headers' | 'socket'>,
  target: RuleTarget,
) => EntryAction | Promise<EntryAction>;

export interface RoomRulesDeps {
  readonly clientAddress: ClientAddress;
  readonly isCrawlerOf: CrawlerCheck;
}

const actionOf = (rule: Rule | null): EntryAction => rule?.action ?? 'wait';

export function createRoomRules({ clientAddress, isCrawlerOf }: RoomRulesDeps): RoomRules {
  return ({ rules = [] }, req, target) => {
    if (rules.length === 0) return 'wait';
    const request = describeRequest(req.headers, clientAddress(req as IncomingMessage), target);
    const rule = ruleFor(rules, { ...request, searchEngine: null });
    const engine = claimedEngine(req.headers['user-agent'] ?? '');
    if (engine === null) return actionOf(rule);
    const ruleForEngine = ruleFor(rules, { ...request, searchEngine: engine });
    // The lookup is made only where its answer counts.
    if (ruleForEngine === rule) return actionOf(rule);
    const isReal = isCrawlerOf(engine, request.address);
    const choose = (is: boolean) => actionOf(is ? ruleForEngine : rule);
    return isReal instanceof Promise ? isReal.then(choose) : choose(isReal);
  };
}
