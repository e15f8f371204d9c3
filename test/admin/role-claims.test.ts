import { describe, expect, test } from 'vitest';
import { nameOfClaims, type RoleClaim, roleOfClaims } from '#admin/sign-in/role-claims.ts';

const ROLES: readonly RoleClaim[] = [
  { claim: 'groups', value: 'sale', role: 'operator' },
  { claim: 'groups', value: 'platform', role: 'owner' },
  { claim: 'email', value: 'vera@example.com', role: 'viewer' },
  { claim: 'is_admin', value: 'true', role: 'owner' },
];

describe('the role', () => {
  test.each([
    ['of a list', { groups: ['staff', 'sale'] }, 'operator'],
    ['of a text', { groups: 'sale' }, 'operator'],
    ['is the greatest of several', { groups: ['sale', 'platform'] }, 'owner'],
    ['of a boolean', { is_admin: true }, 'owner'],
    ['of a verified address', { email: 'vera@example.com', email_verified: true }, 'viewer'],
    ['is none for an address that nobody verified', { email: 'vera@example.com' }, null],
    [
      'is none for an address that the provider calls unverified',
      { email: 'vera@example.com', email_verified: false },
      null,
    ],
    ['is none for a part of a value', { groups: 'sales' }, null],
    ['is none for an object', { groups: { sale: true } }, null],
    ['is none without the claim', {}, null],
    ['is none for an inherited property', Object.create({ groups: 'sale' }), null],
  ])('%s', (_, claims, role) => {
    expect(roleOfClaims(claims, ROLES)).toBe(role);
  });
});

test('the name in the audit log is the verified address, or else the subject, and no token’s', () => {
  expect(nameOfClaims({ sub: '1', email: 'a@example.com', email_verified: true })).toBe('oidc:a@example.com');
  expect(nameOfClaims({ sub: '1', email: 'a@example.com' })).toBe('oidc:1');
});
