import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'anteroom-simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string) => join(folder, name);
function simulate(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('node', [join(ROOT, 'simulate/main.ts'), ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}
function file(name: string, content: string): string {
  writeFileSync(inFolder(name), content);
  return inFolder(name);
}
const SALE = file(
  'sale.yaml',
  'room: { title: Sale, inlet: { strategy: rate, per_minute: 60 } }\narrivals: [{ at: 0s, people: 50 }]\n',
);

describe('npm run simulate', () => {
  it('runs simulate/main.ts', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(scripts.simulate).toBe('node simulate/main.ts');
  });

  it('prints the figures, and writes the charts to --out', () => {
    const out = inFolder('report.html');
    const { status, stdout, stderr } = simulate(SALE, '--seed', '7', '--out', out);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Sale, seed 7');
    expect(stdout).toMatch(/visitors +50\n/);
    expect(stdout).toContain(out);
    expect(readFileSync(out, 'utf8')).toMatch(/^<!doctype html>/);
  });

  it.each([
    ['no file', [], 'No scenario file'],
    ['a missing file', [inFolder('none.yaml')], 'none.yaml'],
    ['a file that is not YAML', [file('torn.yaml', 'room: {')], 'torn.yaml'],
    ['an unknown option', [SALE, '--sead', '1'], '--sead'],
    ['a seed that is not a number', [SALE, '--seed', 'x'], '--seed must be a whole number'],
    ['a report that cannot be written', [SALE, '--out', inFolder('no/such/folder.html')], 'folder.html'],
  ])('explains %s and fails', (_, args, message) => {
    const { status, stdout, stderr } = simulate(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).not.toContain('charts in');
  });

  it('names every field at fault', () => {
    const { status, stderr } = simulate(
      file('wrong.yaml', 'room: { inlet: { strategy: rate, per_minute: -1 } }\narrivals: []\n'),
    );
    expect(status).toBe(1);
    expect(stderr).toContain('room.inlet.per_minute must be more than 0');
    expect(stderr).toContain('arrivals must have at least 1 entry');
  });
});
