/** Runs before each file of tests. Vitest ends its workers, which then keep nothing of what Node compiled. */
import { flushCompileCache } from 'node:module';
import { afterAll } from 'vitest';

afterAll(() => flushCompileCache());
