import { expect, test } from 'vitest';
import { createSupportCodes, type NumberOfLine } from '#waiting-room/support-code.ts';

const codes = createSupportCodes(['a key']);
const ANN: NumberOfLine = { room: 'sale', incarnation: 'AAAAAAAAAAA', generation: 1, number: 1204 };

test('a number has four characters that are hard to mistake', () => {
  const all = Array.from({ length: 2000 }, (_, number) => codes.of({ ...ANN, number: number + 1 }));
  expect(all.filter((code) => !/^[2-9A-HJKMNP-TV-Z]{4}$/.test(code))).toEqual([]);
  // Of 810,000, so that a few are equal by chance.
  expect(new Set(all).size).toBeGreaterThan(1980);
  expect(codes.of({ ...ANN })).toBe(codes.of(ANN));
});

test('the code is of that number, line, incarnation and generation only', () => {
  const code = codes.of(ANN);
  expect(codes.isOf(ANN, ` ${code.toLowerCase()} `)).toBe(true);
  for (const other of [
    { ...ANN, number: 1205 },
    { ...ANN, room: 'other' },
    { ...ANN, lane: 'members' },
    { ...ANN, incarnation: 'BBBBBBBBBBB' },
    { ...ANN, generation: 2 },
  ]) {
    expect(codes.isOf(other, code)).toBe(false);
  }
  for (const wrong of ['', code.slice(1), `${code}2`, '0000', 'ßßßß', '\u{1f642}'])
    expect(codes.isOf(ANN, wrong)).toBe(false);
});

test('codes made with an older key are valid, and those of a key that is gone are not', () => {
  const code = codes.of(ANN);
  expect(createSupportCodes(['a new key', 'a key']).isOf(ANN, code)).toBe(true);
  expect(createSupportCodes(['a new key']).isOf(ANN, code)).toBe(false);
});
