/** The Markdown pages of the repository, by path. */
import { globSync, readFileSync } from 'node:fs';

const PATTERNS = ['*.md', 'docs/**/*.md', 'keys/*.md', 'examples/*/README.md'];

export const pages: ReadonlyMap<string, string> = new Map(
  globSync(PATTERNS).map((path) => [path, readFileSync(path, 'utf8')]),
);

const BLOCK = /^ *```(\w*)\n([\s\S]*?)^ *```$/gm;

/** The code blocks in a language. */
export const blocksOf = (page: string, language: string): readonly string[] =>
  [...page.matchAll(BLOCK)].filter(([, name]) => name === language).map(([, , code = '']) => code);

export const withoutBlocks = (page: string): string => page.replace(BLOCK, '');
