import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import type { Activities } from '#waiting-room/activity.ts';

/** One action of an operator. */
type Entry = { readonly id: string; readonly time: string } & Activities['operator.acted'];

export interface AuditReader {
  /** The newest entries, newest first. */
  newest(limit: number): Promise<readonly Entry[]>;
}

const entry = z
  .object({
    id: z.string(),
    time: z.iso.datetime(),
    by: z.string().describe("The name of the operator's token, or `anteroom` for the service itself."),
    action: z.string(),
    subject: z.string().describe('The id of the room or relying party.'),
    detail: z.unknown().describe('The new settings or the arguments of the action. Never contains a secret.'),
    address_hash: z
      .string()
      .optional()
      .describe('A keyed hash of the address of the request. Requests from one address have the same.'),
  })
  .meta({ id: 'AuditEntry' });

const query = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('The largest number of entries to return.'),
});

/** The audit log. */
export function auditRoutes(audit: AuditReader): Route[] {
  return [
    route({
      method: 'get',
      path: '/audit',
      operationId: 'getAudit',
      role: 'viewer',
      summary: 'List the actions of operators, newest first',
      query,
      response: { 200: { description: 'The entries of the audit log', schema: z.array(entry) } },
      handle: async ({ query }) => ({
        status: 200,
        body: await audit.newest(query.limit),
      }),
    }),
  ];
}
