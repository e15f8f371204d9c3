import { z } from 'zod';
import type { Authentication } from '#http/authentication.ts';
import { csv } from '#http/csv.ts';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import type { AuditEntry } from '#waiting-room/audit-entry.ts';

export interface AuditReader {
  /** The entries that changed last, latest first. `by` is the name of a token. */
  newest(
    limit: number,
    query: { readonly skip?: number | undefined; readonly by?: string | undefined },
  ): Promise<readonly AuditEntry[]>;
}

const entry = z
  .object({
    id: z.string(),
    time: z.iso.datetime(),
    by: z
      .string()
      .describe(
        "The name of the operator's token, `anteroom` for the service itself, or `anonymous` for failures to authenticate.",
      ),
    action: z.string(),
    subject: z
      .string()
      .describe('The id of the room or relying party. Of a failure `admin-api`, the relying party, or `unknown`.'),
    detail: z.unknown().describe('The new settings or the arguments of the action. Never contains a secret.'),
    address_hash: z
      .string()
      .optional()
      .describe(
        'A keyed hash of the address of the request, of IPv6 its /64. Requests from one address have the same.',
      ),
    reason: z.string().optional().describe("Why, in the operator's words. Missing: they said nothing."),
    count: z.int().describe('How often the same action was taken within a minute.'),
    last_at: z.iso.datetime().describe('When it was taken last. `time` is the first time.'),
    omitted: z
      .int()
      .optional()
      .describe('How many later entries of the same token and action were dropped to make room. Missing: none.'),
  })
  .meta({ id: 'AuditEntry' });

const query = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('The largest number of entries to return.'),
  skip: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe('How many of the latest entries to leave out.'),
  by: z.string().optional().describe('Only the entries of the token with this name.'),
  format: z.enum(['json', 'csv']).default('json'),
});

const COLUMNS = [
  'id',
  'time',
  'last_at',
  'by',
  'action',
  'subject',
  'count',
  'address_hash',
  'detail',
  'reason',
] as const;

const csvOf = (entries: readonly AuditEntry[]) =>
  csv([COLUMNS, ...entries.map((each) => COLUMNS.map((name) => each[name]))]);

/** A reader of the audit log also finds the failures to authenticate that are still held. */
export function afterReport(audit: AuditReader, { flushAll }: Authentication['failures']): AuditReader {
  return {
    newest(...query) {
      flushAll();
      return audit.newest(...query);
    },
  };
}

/** The audit log. */
export function auditRoutes(audit: AuditReader): Route[] {
  return [
    route({
      method: 'get',
      path: '/audit',
      operationId: 'getAudit',
      role: 'viewer',
      summary: 'List the actions of operators, latest first',
      query,
      response: {
        200: { description: 'The entries of the audit log; with format=csv as text/csv', schema: z.array(entry) },
      },
      async handle({ query }) {
        const entries = await audit.newest(query.limit, query);
        if (query.format === 'json') return { status: 200, body: entries };
        const headers = { 'Content-Disposition': 'attachment; filename="audit.csv"' };
        return { status: 200, headers, text: { type: 'text/csv; charset=utf-8', body: csvOf(entries) } };
      },
    }),
  ];
}
