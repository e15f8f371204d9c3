import { z } from 'zod';
import { calledUrlWithoutFragment, fields } from './fields.ts';
import { exactName } from './plain-text.ts';

/** What a secret must have at least, as HS256 requires (RFC 7518 §3.2). */
const SHORTEST = 32;

const shape = {
  required: z.boolean().default(false).describe('Whether nobody joins without a pass.'),
  issuer: exactName(500).describe('The iss of passes.'),
  jwks_uri: calledUrlWithoutFragment.optional().describe("Where the issuer's public keys are."),
  secret: z
    .string()
    .min(SHORTEST)
    .max(1000)
    .optional()
    .describe('Shared with the site that signs passes, instead of jwks_uri. Answers never contain it.'),
};

const TWO = { error: 'must be left out where there is a jwks_uri', path: ['secret'] };

/** As an operator writes them to a room that may have a secret already. */
export const passesBody = fields(shape)
  .refine(({ jwks_uri, secret }) => jwks_uri === undefined || secret === undefined, TWO)
  .nullable()
  .default(null)
  .describe('Signed passes (JWT) with one place in line each. null is none.');

/** Complete. */
export const passes = passesBody.refine(
  (given) => given === null || given.jwks_uri !== undefined || given.secret !== undefined,
  { error: 'is required, or else jwks_uri', path: ['secret'] },
);
