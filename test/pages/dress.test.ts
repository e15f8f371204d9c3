import { brotliDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createDresses, dressOf } from '#pages/theme/dress.ts';
import type { Theme } from '#waiting-room/page-settings.ts';

const THEME: Theme = {
  css: 'main { border-radius: 0 }\n'.repeat(99),
  texts: { en: { 'waiting.heading.waiting': 'You queue' } },
};
const copy = (): Theme => structuredClone(THEME);

test('a file is compressed once, and not while the theme is read', async () => {
  const [file] = dressOf('sale', THEME).files;
  if (!file) throw new Error('the theme has no file');
  let isOver = false;
  const encoded = file.encoded().finally(() => {
    isOver = true;
  });
  await Promise.resolve();
  expect(isOver).toBe(false);
  const { identity, br } = await encoded;
  expect(br && brotliDecompressSync(br)).toEqual(identity);
  expect(await file.encoded()).toBe(await file.encoded());
});

test('each copy of an equal theme is compared once', () => {
  const dresses = createDresses();
  const dress = dresses.of({ id: 'sale', theme: THEME });
  const next = copy();
  let reads = 0;
  const { texts } = next;
  Object.defineProperty(next, 'texts', {
    enumerable: true,
    get() {
      reads += 1;
      return texts;
    },
  });
  expect(dresses.of({ id: 'sale', theme: next })).toBe(dress);
  const once = reads;
  expect(once).toBeGreaterThan(0);
  expect(dresses.of({ id: 'sale', theme: next })).toBe(dress);
  expect(reads).toBe(once);
});

test('another theme makes another dress', () => {
  const dresses = createDresses();
  const dress = dresses.of({ id: 'sale', theme: THEME });
  const { texts } = copy();
  expect(
    dresses.of({ id: 'sale', theme: { ...copy(), texts: { ...texts, de: { 'legal.help': 'Hilfe!' } } } }),
  ).not.toBe(dress);
  expect(dresses.of({ id: 'other', theme: THEME })).not.toBe(dress);
  expect(dresses.of({ id: 'sale', theme: null })).toBeNull();
});
