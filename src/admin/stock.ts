import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { fields } from '#settings/fields.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

/** More than any room sells. */
const MANY = 1_000_000_000;

const left = z.int().min(0).max(MANY).nullable();

const stock = z
  .object({ left: left.describe('What is left to sell. null: the room has no stock.') })
  .meta({ id: 'Stock' });

/** What is left to sell in a room. */
export function stockRoutes(operationsFor: OperationsFor): Route[] {
  return [
    route({
      method: 'get',
      path: '/rooms/:room/stock',
      operationId: 'getStock',
      role: 'viewer',
      summary: 'Get what is left to sell',
      params: inRoom,
      response: { 200: { description: 'What is left', schema: stock } },
      problems: ['room_not_found'],
      handle: async ({ params, ctx }) => ({ status: 200, body: { left: await operationsFor(ctx).stock(params.room) } }),
    }),
    route({
      method: 'post',
      path: '/rooms/:room/stock',
      operationId: 'setStock',
      role: 'operator',
      summary: 'Set what is left to sell, whatever was sold before',
      params: inRoom,
      body: fields({ left: left.describe('What is left now. null: the room has no stock any more.') }).meta({
        id: 'StockChange',
      }),
      idempotent: true,
      response: { 200: { description: 'What is left', schema: stock } },
      problems: ['room_not_found'],
      handle: async ({ params, body, ctx }) => ({
        status: 200,
        body: { left: await operationsFor(ctx).setStock(params.room, body.left) },
      }),
    }),
  ];
}
