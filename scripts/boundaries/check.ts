import { posix } from 'node:path';
import type { Boundary } from './allowed-imports.ts';
import { importsOf } from './imports.ts';

export interface BoundaryCheck {
  /** Source text by path from the root of the repository. */
  readonly files: ReadonlyMap<string, string>;
  readonly allowed: Readonly<Record<string, Boundary>>;
  /** The `imports` of package.json: `{ '#http/*': './src/http/*' }`. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** What crosses a boundary or lies outside all of them, one sentence each; empty when all is well. */
export function boundaryFaults({ files, allowed, aliases }: BoundaryCheck): string[] {
  const faults: string[] = [];
  for (const [file, source] of files) {
    const from = boundaryOf(file, allowed);
    if (from === null) {
      faults.push(`${file} has no entry in scripts/boundaries/allowed-imports.ts`);
      continue;
    }
    const boundary = allowed[from];
    for (const name of importsOf(source)) {
      if (name === null) {
        faults.push(`${file} imports a computed name: write it out`);
        continue;
      }
      const target = resolve(file, name, aliases);
      if (target === null) {
        if (!boundary?.packages.some((pattern) => isPackage(name, pattern))) {
          faults.push(`${file} imports the package ${name}, which ${from} may not`);
        }
        continue;
      }
      const to = boundaryOf(target, allowed);
      if (to !== from && (to === null || !boundary?.imports.includes(to))) {
        faults.push(`${file} imports ${target}, which ${from} may not`);
      }
    }
  }
  return faults;
}

/** Entries that can reach themselves through what they may import. */
export function circularBoundaries(allowed: Readonly<Record<string, Boundary>>): string[] {
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    (allowed[from]?.imports ?? []).some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  return Object.keys(allowed).filter((entry) => reaches(entry, entry, new Set()));
}

/** The most specific entry that a file belongs to. */
function boundaryOf(file: string, allowed: BoundaryCheck['allowed']): string | null {
  const belongs = (entry: string) =>
    entry.endsWith('/*') ? posix.dirname(file) === entry.slice(0, -2) : file === entry || file.startsWith(`${entry}/`);
  const [longest = null] = Object.keys(allowed)
    .filter(belongs)
    .sort((a, b) => b.length - a.length);
  return longest;
}

/** The file that a name leads to; null for a package. */
function resolve(file: string, name: string, aliases: BoundaryCheck['aliases']): string | null {
  if (name.startsWith('.')) return posix.normalize(posix.join(posix.dirname(file), name));
  if (!name.startsWith('#')) return null;
  for (const [alias, target] of Object.entries(aliases)) {
    const [start = '', end] = alias.split('*');
    const path = end === undefined ? (name === alias ? target : null) : under(name, start, target);
    if (path !== null) return posix.normalize(path);
  }
  return name;
}

function under(name: string, start: string, target: string): string | null {
  return name.startsWith(start) ? target.replace('*', name.slice(start.length)) : null;
}

function isPackage(name: string, pattern: string): boolean {
  if (pattern === 'node:*') return name.startsWith('node:') && name !== 'node:sqlite';
  return name === pattern || name.startsWith(`${pattern}/`);
}
