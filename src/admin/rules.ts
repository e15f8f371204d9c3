import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { describeRequest } from '#http/rule-request.ts';
import { fields, httpUrl } from '#settings/fields.ts';
import { ruleList } from '#settings/rules.ts';
import { isNetwork } from '#waiting-room/entry/network.ts';
import { type MatchField, mismatch, type Rule } from '#waiting-room/entry/rules.ts';
import { SEARCH_ENGINE_NAMES } from '#waiting-room/entry/search-engines.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

const described = fields({
  url: httpUrl
    .nullable()
    .default(null)
    .describe('The page that the visitor wants. null is a request to no page, as a call of the tickets API.'),
  method: z.string().min(1).max(20).default('GET'),
  headers: z.record(z.string().max(200), z.string().max(8192)).default({}).describe('By name, cookies among them.'),
  address: z
    .string()
    .refine((text) => isNetwork(text) && !text.includes('/'), { error: 'must be an IP address' })
    .default('192.0.2.1')
    .describe('The address of the visitor. The default belongs to nobody.'),
  search_engine: z
    .enum(SEARCH_ENGINE_NAMES)
    .nullable()
    .default(null)
    .describe('The search engine that the address belongs to. It is not looked up.'),
  agent: z
    .string()
    .max(500)
    .nullable()
    .default(null)
    .describe('The agent that signed the request, as a rule names it. No signature is checked.'),
  rules: ruleList.optional().describe("Rules to try instead of the room's."),
}).meta({ id: 'RuleTest' });

const action = z.enum(['wait', 'bypass', 'challenge', 'refuse']);

const verdict = z
  .object({
    action: action.describe('What happens with the request. wait if no rule matches.'),
    rule: z.int().nullable().describe('The index of the rule that decides, or null.'),
    reason: z.string(),
    rules: z
      .array(
        z.object({
          action,
          matches: z.boolean(),
          differs: z.string().nullable().describe('The first condition that the request does not meet, or null.'),
        }),
      )
      .describe('Each rule by itself.'),
  })
  .meta({ id: 'RuleVerdict' });

/** Tells an operator which rule of a room a request would meet. */
export function ruleRoutes(operationsFor: OperationsFor): Route[] {
  return [
    route({
      method: 'post',
      path: '/rooms/:room/rules/test',
      operationId: 'testRules',
      role: 'viewer',
      summary: "Say which of the room's rules a request would meet, and why. Nothing changes.",
      params: inRoom,
      body: described,
      response: { 200: { description: 'The rule that decides, and how each rule compares', schema: verdict } },
      problems: ['room_not_found'],
      async handle({ params, body, ctx }) {
        const settings = await operationsFor(ctx).room(params.room);
        const headers = Object.fromEntries(
          Object.entries(body.headers).map(([name, value]) => [name.toLowerCase(), value]),
        );
        const request = {
          ...describeRequest(headers, body.address, body),
          ...{ searchEngine: body.search_engine, agents: body.agent === null ? [] : [body.agent] },
        };
        const compared = ((body.rules ?? settings.rules ?? []) as readonly Rule[]).map((rule) => {
          const differs = mismatch(rule, request);
          return { action: rule.action, matches: differs === null, differs, isPathDoubtful: !request.isPlainPath };
        });
        const index = compared.findIndex(({ matches }) => matches);
        const decided = compared[index];
        return {
          status: 200,
          body: {
            action: decided?.action ?? 'wait',
            rule: decided ? index : null,
            reason: reasonOf(compared, index),
            rules: compared,
          },
        };
      },
    }),
  ];
}

interface Compared {
  readonly action: string;
  readonly differs: MatchField | null;
  readonly isPathDoubtful: boolean;
}

/** In words, for the rules as far as one of them decides. */
function reasonOf(compared: readonly Compared[], index: number): string {
  const before = index < 0 ? compared : compared.slice(0, index);
  const sentences = before.map(({ action, differs, isPathDoubtful }, at) =>
    differs === 'path' && action === 'bypass' && isPathDoubtful
      ? `rules[${at}] does not match: servers may read the path differently, or there is none.`
      : `rules[${at}] does not match: ${differs} differs.`,
  );
  const decision = index < 0 ? 'No rule matches: the visitor waits.' : `rules[${index}] matches in every condition.`;
  return [...sentences, decision].join(' ');
}
