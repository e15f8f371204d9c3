/** Signing keys of the tests. `test/before-all.ts` makes them once for a whole run. */
import { readFileSync } from 'node:fs';
import type { PrivateJwks } from '#signing-keys/jwks.ts';
import { generateJwks } from '#signing-keys/jwks.ts';

const file = process.env.ANTEROOM_TEST_JWKS;

export const jwks: PrivateJwks = file ? JSON.parse(readFileSync(file, 'utf8')) : await generateJwks();
