import { createChallenge, solveChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/sha';
import { describe, expect, test } from 'vitest';
import type { Challenge, Payload } from '#challenges/challenge.ts';
import { challengeSecret, createProofOfWork, LEVELS, LIFETIME } from '#challenges/proof-of-work.ts';

const KEY = 'a key that only the tests know';
const FOR = { room: 'sale', ticket: 'a stamp' };

function prover(cookieKeys: readonly string[] = [KEY]) {
  let at = Date.now();
  const work = createProofOfWork({ cookieKeys, now: () => at });
  return {
    ...work,
    pass: (seconds: number) => {
      at += seconds * 1000;
    },
  };
}

/** With a client of ALTCHA's. */
async function solve(challenge: Challenge): Promise<Payload> {
  const solution = await solveChallenge({ challenge, deriveKey });
  if (!solution) throw new Error('not solved');
  return { challenge, solution };
}

const proofOf = (payload: unknown) => Buffer.from(JSON.stringify(payload)).toString('base64');

describe('a challenge', () => {
  test('is solved by clients of ALTCHA, and verified by its library', async () => {
    const work = prover();
    const payload = await solve(work.make(FOR, 0));
    expect(work.check(proofOf(payload), FOR)).toBe(payload.challenge.parameters.nonce);
    const hmacSignatureSecret = challengeSecret(KEY);
    expect(await verifySolution({ ...payload, deriveKey, hmacSignatureSecret })).toMatchObject({ verified: true });
  });

  test("has the form of the library's own, with the members sorted", async () => {
    const ours = prover().make(FOR, 0);
    const { cost, data, expiresAt } = ours.parameters;
    const hmacSignatureSecret = challengeSecret(KEY);
    const options = { algorithm: 'SHA-256', cost, counter: 1, data: { ...data }, expiresAt, deriveKey };
    const theirs = await createChallenge({ ...options, hmacSignatureSecret });
    const shape = (value: object) => JSON.stringify(value).replace(/"[0-9a-f]{32,}"/g, 'hex');
    expect(shape(ours)).toBe(shape(theirs));
  });

  test('is never longer to solve than its level says', async () => {
    const work = prover();
    const counters = await Promise.all(
      Array.from({ length: 5 }, async () => (await solve(work.make(FOR, 0))).solution.counter),
    );
    expect(Math.max(...counters)).toBeLessThanOrEqual(10_000);
    expect(LEVELS).toEqual([1, 2, 4]);
  });

  test('is valid for the key that signed it, also once that key is the second', async () => {
    const payload = proofOf(await solve(prover().make(FOR, 0)));
    expect(prover(['a new key', KEY]).check(payload, FOR)).not.toBeNull();
    expect(prover(['a new key']).check(payload, FOR)).toBeNull();
  });

  test('expires', async () => {
    const work = prover();
    const proof = proofOf(await solve(work.make(FOR, 0)));
    work.pass(LIFETIME - 2);
    expect(work.check(proof, FOR)).not.toBeNull();
    work.pass(3);
    expect(work.check(proof, FOR)).toBeNull();
  });
});

describe('a proof is refused', async () => {
  const work = prover();
  const payload = await solve(work.make(FOR, 0));
  const { challenge, solution } = payload;
  const withParameters = (more: object) => ({
    solution,
    challenge: { ...challenge, parameters: { ...challenge.parameters, ...more } },
  });

  test('for another room or ticket', () => {
    expect(work.check(proofOf(payload), { ...FOR, room: 'other' })).toBeNull();
    expect(work.check(proofOf(payload), { ...FOR, ticket: '' })).toBeNull();
  });

  test.each<[string, unknown]>([
    ['whose counter is another', { challenge, solution: { ...solution, counter: solution.counter + 1 } }],
    ['whose key is another', { challenge, solution: { ...solution, derivedKey: 'f'.repeat(64) } }],
    ['whose counter is huge', { challenge, solution: { ...solution, counter: 2 ** 40 } }],
    ['whose counter is negative', { challenge, solution: { ...solution, counter: -1 } }],
    ['that was made easier', withParameters({ keyPrefix: '' })],
    ['that was made cheaper', withParameters({ cost: 1 })],
    ['that was made dear', withParameters({ cost: 2 ** 50 })],
    ['that lives longer', withParameters({ expiresAt: challenge.parameters.expiresAt + 60 })],
    ['of another room', withParameters({ data: { ...FOR, room: 'other' } })],
    ['with another signature', { solution, challenge: { ...challenge, signature: 'f'.repeat(64) } }],
    ['with a signature of other characters', { solution, challenge: { ...challenge, signature: 'ü'.repeat(64) } }],
    ['without a signature', { solution, challenge: { parameters: challenge.parameters } }],
    ['without data', withParameters({ data: null })],
    ['that is a number', 1],
    ['that is null', null],
  ])('%s', (_, forged) => {
    expect(work.check(proofOf(forged), FOR)).toBeNull();
  });

  test.each(['', 'no base64 at all', 'e30', 'A'.repeat(100_000)])('that cannot be one: %.20s', (proof) => {
    expect(work.check(proof, FOR)).toBeNull();
  });
});
