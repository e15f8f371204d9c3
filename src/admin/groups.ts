import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { invalid, route } from '#http/guard.ts';
import { roomId } from '#settings/fields.ts';
import { group, groupBody, groupFaults } from '#settings/groups.ts';
import type { OperationsFor } from './operations-for.ts';

const inGroup = z.object({ group: roomId });

/** The groups of rooms that share a back end. */
export function groupRoutes(operationsFor: OperationsFor): Route[] {
  return [
    route({
      method: 'get',
      path: '/groups',
      operationId: 'listGroups',
      role: 'viewer',
      summary: 'List the groups of rooms that share a size',
      response: { 200: { description: 'The groups', schema: z.array(group) } },
      handle: async ({ ctx }) => ({ status: 200, body: [...(await operationsFor(ctx).groups())] }),
    }),
    route({
      method: 'put',
      path: '/groups/:group',
      operationId: 'putGroup',
      role: 'owner',
      summary: 'Create a group of rooms, or replace it',
      params: inGroup,
      body: groupBody,
      response: {
        200: { description: 'The group existed: as it is now', schema: group },
        201: { description: 'The group is new', schema: group },
      },
      async handle({ params, body, ctx }) {
        const { id = params.group, ...rest } = body;
        if (id !== params.group)
          throw invalid([{ field: 'id', message: 'must be the id in the path, or be left out' }]);
        const operations = operationsFor(ctx);
        const wanted = { id, ...rest };
        const faults = groupFaults(wanted, await operations.rooms());
        if (faults.length > 0) throw invalid(faults);
        const { isNew } = await operations.putGroup(wanted);
        return { status: isNew ? 201 : 200, body: wanted };
      },
    }),
    route({
      method: 'delete',
      path: '/groups/:group',
      operationId: 'deleteGroup',
      role: 'owner',
      summary: 'Delete a group. Its rooms stay, each with its own size.',
      params: inGroup,
      response: { 204: { description: 'The group is deleted' } },
      problems: ['group_not_found'],
      async handle({ params, ctx }) {
        await operationsFor(ctx).deleteGroup(params.group);
        return { status: 204 };
      },
    }),
  ];
}
