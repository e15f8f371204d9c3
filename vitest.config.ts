import { defineConfig } from 'vitest/config';

/** Tests that start several processes, a crowd or a browser. They run alone, one at a time. */
const ALONE = [
  'test/e2e/**/*.test.ts',
  'test/**/*{crash,crowds,processes,process,cost,away,cluster}.test.ts',
  'test/**/generate-keys.test.ts',
  // Their login windows are a few real seconds.
  'test/gateways/{alb,apache,authlib,envoy,express,go-oidc,nginx,oauth2-proxy,one-host,openid-client,spring}.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Pages poll every few seconds.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: { name: 'side by side', include: ['test/**/*.test.ts'], exclude: ALONE, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
