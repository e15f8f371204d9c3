import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const CORES = Math.max(2, availableParallelism());

/** A project does not take --maxWorkers from the command line. */
const workers = (usual: number) => Number(process.env.TEST_WORKERS) || usual;

/** Tests wait as much as they compute: for login windows, countdowns, restarts and browsers. */
const WORKERS = workers(2 * CORES);

/** Tests that measure, or start crowds and many processes. They run after the others, one for each core. */
const CROWDS = [
  'test/store/redis-cost.test.ts',
  'test/**/*{crowds,cluster}.test.ts',
  'test/simulate/million-cost.test.ts',
  'test/service/{failover,full-house,rolling-restart,rolling-upgrade,sale}-processes.test.ts',
  'test/service/malformed-requests-process.test.ts',
  'test/store/redis-processes.test.ts',
];

/** Tests that start processes or a browser, and mostly wait: for login windows, countdowns and restarts. */
const WAITING = [
  'test/e2e/**/*.test.ts',
  'test/panel/{actions,looks,rehearsal,theme,views}.test.ts',
  'test/**/*{crash,processes,process,away}.test.ts',
  'test/**/generate-keys.test.ts',
  // Their login windows are a few real seconds.
  'test/gateways/{alb,apache,authlib,envoy,express,go-oidc,nginx,oauth2-proxy,one-host,openid-client,spring}.test.ts',
];

/** They begin first, so that no worker is idle while another one finishes them. */
const LONGEST = [
  'service/process',
  'panel/actions',
  'panel/looks',
  'panel/views',
  'workers/workers-process',
  'service/stopped-admissions-processes',
  'service/ledger-processes',
  'e2e/keeping',
  'clock/takeover-process',
  'e2e/event',
  'e2e/axe',
  'e2e/turn',
  'store/redis-versions',
  'waiting-room/skewed-clocks',
  'oidc/anonymous-growth',
  'oidc/copied-cookies',
  'abuse/attacks',
  'service/failover-processes',
  'service/sale-processes',
  'service/full-house-processes',
  'service/rolling-restart-processes',
  'service/rolling-upgrade-processes',
];

/** By projects, since a worker that files share ends at the first file of another project. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId, project }: TestSpecification) => {
      const found = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return (project.name === 'sharing' ? LONGEST.length + 1 : 0) + (found < 0 ? LONGEST.length : found);
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

/** Real browsers and processes on a busy machine: a test gets a second and a third try, and the report names it. */
const LONG = { testTimeout: 120_000, hookTimeout: 120_000, retry: 2 };

export default defineConfig({
  test: {
    testTimeout: 30_000,
    // Shared machines stall for seconds; the report names what needed a second try.
    retry: 1,
    // A DynamoDB in Java takes its time to start on a busy machine.
    hookTimeout: 120_000,
    globalSetup: 'test/before-all.ts',
    setupFiles: 'test/before-each-file.ts',
    // Node loads the modules itself, as it does in production. No module is mocked.
    experimental: { viteModuleRunner: false },
    sequence: { sequencer: LongestFirst },
    // Pages poll every few seconds.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: {
          ...LONG,
          name: 'waiting',
          include: WAITING,
          exclude: CROWDS,
          maxWorkers: WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'sharing',
          include: ['test/**/*.test.ts'],
          exclude: [...CROWDS, ...WAITING],
          // Tests leave nothing behind in a process, so that files may share it and its modules. It halves what they cost.
          isolate: false,
          maxWorkers: WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...LONG,
          name: 'crowds',
          include: CROWDS,
          maxWorkers: workers(CORES),
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
