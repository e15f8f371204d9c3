import { describe, expect, it, vi } from 'vitest';
import type { Ports } from './room-under-test.ts';
import { freshId, T0 } from './room-under-test.ts';

export function describeOidcRecords(stores: Ports<'oidcRecords'>): void {
  describe('records of the OpenID provider', () => {
    it('finds the latest version of a record, by model and id', async () => {
      const { store, second } = stores();
      const id = freshId('id');
      expect(await store.oidcRecords.find('AccessToken', id)).toBeUndefined();
      await store.oidcRecords.upsert('AccessToken', id, { jti: id, scope: 'openid' }, 60);
      await store.oidcRecords.upsert('AccessToken', id, { jti: id, extra: { nested: ['ü', 1, null, true] } }, 60);
      expect(await second.oidcRecords.find('AccessToken', id)).toEqual({
        jti: id,
        extra: { nested: ['ü', 1, null, true] },
      });
      expect(await store.oidcRecords.find('RefreshToken', id)).toBeUndefined();
    });

    it('never finds a record whose time has passed', async () => {
      const { oidcRecords: oidc } = stores().store;
      const [short, long, endless] = [freshId('id'), freshId('id'), freshId('id')];
      await oidc.upsert('Session', short, { jti: short }, 1);
      await oidc.upsert('Session', long, { jti: long }, 60);
      await oidc.upsert('Session', endless, { jti: endless }, undefined);
      await vi.waitFor(async () => expect(await oidc.find('Session', short)).toBeUndefined(), 5000);
      expect(await oidc.consume('Session', short, T0)).toBe(false);
      expect(await oidc.find('Session', long)).toBeDefined();
      expect(await oidc.find('Session', endless)).toBeDefined();
    });

    it('marks a code as used once', async () => {
      const { oidcRecords: oidc } = stores().store;
      const id = freshId('id');
      await oidc.upsert('AuthorizationCode', id, { jti: id }, 60);
      expect(await oidc.consume('AuthorizationCode', id, T0 + 999)).toBe(true);
      expect(await oidc.find('AuthorizationCode', id)).toEqual({ jti: id, consumed: T0 / 1000 });
      expect(await oidc.consume('AuthorizationCode', id, T0 + 5000)).toBe(false);
      expect(await oidc.find('AuthorizationCode', id)).toEqual({ jti: id, consumed: T0 / 1000 });
      expect(await oidc.consume('AuthorizationCode', freshId('id'), T0)).toBe(false);
    });

    it('lets exactly one of twenty concurrent requests use a code', async () => {
      const { store, second } = stores();
      const id = freshId('id');
      await store.oidcRecords.upsert('AuthorizationCode', id, { jti: id }, 60);
      const used = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 ? store : second).oidcRecords.consume('AuthorizationCode', id, T0)),
      );
      expect(used.filter(Boolean)).toHaveLength(1);
    });

    it('does not create a record by using it', async () => {
      const { oidcRecords: oidc } = stores().store;
      const id = freshId('id');
      await oidc.consume('AuthorizationCode', id, T0);
      expect(await oidc.find('AuthorizationCode', id)).toBeUndefined();
    });

    it('destroys a record, repeatably', async () => {
      const { oidcRecords: oidc } = stores().store;
      const id = freshId('id');
      await oidc.upsert('Grant', id, { jti: id }, 60);
      await oidc.destroy('Grant', id);
      await oidc.destroy('Grant', id);
      expect(await oidc.find('Grant', id)).toBeUndefined();
    });

    it('revokes the tokens of a grant, and no others', async () => {
      const { oidcRecords: oidc } = stores().store;
      const [grantId, other] = [freshId('grant'), freshId('grant')];
      const models = ['AccessToken', 'RefreshToken'];
      for (const model of models) {
        await oidc.upsert(model, grantId, { grantId }, 60);
        await oidc.upsert(model, other, { grantId: other }, 60);
      }
      await oidc.revokeByGrantId(grantId);
      for (const model of models) {
        expect(await oidc.find(model, grantId)).toBeUndefined();
        expect(await oidc.find(model, other)).toEqual({ grantId: other });
      }
    });
  });
}
