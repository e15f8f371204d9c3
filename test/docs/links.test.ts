import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { pages, withoutBlocks } from './pages.ts';

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (page: string) =>
  [...withoutBlocks(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** Links of a page that lead nowhere in this repository. */
function brokenLinks(path: string, page: string): string[] {
  const links = [...withoutBlocks(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : normalize(join(dirname(path), file));
    if (!existsSync(target)) return true;
    const linked = pages.get(target);
    return anchor !== undefined && linked !== undefined && !anchorsOf(linked).includes(anchor);
  });
}

test.each([...pages])('every link in %s leads to a file or heading that exists', (path, page) => {
  expect(brokenLinks(path, page)).toEqual([]);
});

test('finds a broken link', () => {
  expect(brokenLinks('README.md', 'a [link](nowhere.md), [one](#nowhere), [another](docs/README.md#nowhere)')).toEqual([
    'nowhere.md',
    '#nowhere',
    'docs/README.md#nowhere',
  ]);
});
