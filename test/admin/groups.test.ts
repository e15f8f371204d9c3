import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AdminServer, OPERATORS_TOKEN, startAdmin, VIEWERS_TOKEN } from '#support/admin.ts';

let admin: AdminServer;

beforeEach(async () => {
  admin = await startAdmin();
  for (const room of ['a', 'b', 'c']) await admin.as('put', `/rooms/${room}`).send({}).expect(201);
});
afterEach(() => admin.close());

const BACKEND = { size: 500, rooms: { a: 0.7, b: 0.3 } };
const put = (body: object, token?: string) => admin.as('put', '/groups/backend', token).send(body);
const listed = async () => (await admin.as('get', '/groups', VIEWERS_TOKEN).expect(200)).body;

test('a group is created, replaced, listed and deleted', async () => {
  expect(await listed()).toEqual([]);
  expect((await put(BACKEND).expect(201)).body).toEqual({ id: 'backend', ...BACKEND });
  await put({ size: 400, rooms: { b: 0.5, c: 0.5 } }).expect(200);
  expect(await listed()).toEqual([{ id: 'backend', size: 400, rooms: { b: 0.5, c: 0.5 } }]);
  await admin.as('delete', '/groups/backend').expect(204);
  expect(await listed()).toEqual([]);
  expect((await admin.as('delete', '/groups/backend').expect(404)).body.code).toBe('group_not_found');
});

test('the settings of a room do not have its group, and keep it when they are put again', async () => {
  await put(BACKEND).expect(201);
  const { body } = await admin.as('get', '/rooms/a').expect(200);
  expect(body).not.toHaveProperty('group');
  await admin.as('put', '/rooms/a').send(body).expect(200);
  await admin.as('patch', '/rooms/a').send({ title: 'A' }).expect(200);
  expect(await listed()).toEqual([{ id: 'backend', ...BACKEND }]);
});

test('only an owner changes groups', async () => {
  expect((await put(BACKEND, OPERATORS_TOKEN).expect(403)).body.code).toBe('forbidden');
  await admin.as('delete', '/groups/backend', OPERATORS_TOKEN).expect(403);
});

test.each([
  ['without a size', { rooms: { a: 1 } }, 'size'],
  ['of no visitors', { size: 0, rooms: { a: 1 } }, 'size'],
  ['of no rooms', { size: 5, rooms: {} }, 'rooms'],
  ['with shares above 1 together', { size: 5, rooms: { a: 0.7, b: 0.4 } }, 'rooms'],
  ['with no share', { size: 5, rooms: { a: 0 } }, 'rooms.a'],
  ['with a room that does not exist', { size: 5, rooms: { a: 0.5, z: 0.5 } }, 'rooms.z'],
  ['with another id than the path', { ...BACKEND, id: 'other' }, 'id'],
])('a group %s is refused, with the name of the field', async (_, body, field) => {
  const refused = await put(body).expect(400);
  expect(refused.body.errors.map((fault: { field: string }) => fault.field)).toContain(field);
  expect(await listed()).toEqual([]);
});

test('a room is in one group only', async () => {
  await put(BACKEND).expect(201);
  const refused = await admin
    .as('put', '/groups/other')
    .send({ size: 5, rooms: { b: 1 } })
    .expect(400);
  expect(refused.body.errors).toEqual([{ field: 'rooms.b', message: 'must be in one group only: it is in backend' }]);
});

test('a room is in a group or has lanes, not both', async () => {
  await admin
    .as('patch', '/rooms/c')
    .send({ lanes: { members: 0.3 } })
    .expect(200);
  expect((await put({ size: 5, rooms: { c: 1 } }).expect(400)).body.errors[0].field).toBe('rooms.c');
  await put(BACKEND).expect(201);
  const refused = await admin
    .as('patch', '/rooms/a')
    .send({ lanes: { members: 0.3 } })
    .expect(400);
  expect(refused.body.errors[0].field).toBe('lanes');
});
