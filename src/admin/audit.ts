import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import type { Activities } from '#waiting-room/activity.ts';

/** One thing that an operator did. */
type Entry = { readonly id: string; readonly time: string } & Activities['operator.acted'];

export interface AuditReader {
  /** The newest first. */
  newest(limit: number): Promise<readonly Entry[]>;
}

const entry = z
  .object({
    id: z.string(),
    time: z.iso.datetime(),
    by: z.string().describe("The name of the operator's token; `anteroom` for the service itself."),
    action: z.string(),
    subject: z.string().describe('The room or relying party.'),
    detail: z.unknown().describe('What was set. Never a secret.'),
  })
  .meta({ id: 'AuditEntry' });

const query = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('How many.'),
});

/** What operators did. */
export function auditRoutes(audit: AuditReader): Route[] {
  return [
    route({
      method: 'get',
      path: '/audit',
      operationId: 'getAudit',
      summary: 'What operators did, the newest first',
      query,
      response: { 200: { description: 'The entries', schema: z.array(entry) } },
      handle: async ({ query }) => ({
        status: 200,
        body: await audit.newest(query.limit),
      }),
    }),
  ];
}
