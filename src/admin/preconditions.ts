/**
 * Preconditions on the stored settings (RFC 9110 §13): `If-Match` and `If-None-Match`, compared with the entity tag
 * that GET, PUT and PATCH answer.
 */
import type { Context } from 'koa';
import { invalid } from '#http/guard.ts';
import { Problem } from '#http/problem.ts';
import type { Revision } from '#waiting-room/ports/revision.ts';
import type { Seal } from '#waiting-room/seal.ts';
import type { Precondition } from '#waiting-room/settings-change.ts';

/** RFC 9110 §8.8.3. */
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;
const LIST = /(?:W\/)?"[^"]*"|[^\s,]+/g;

export interface EntityTags {
  /** The `ETag` header for a revision. All processes with the same COOKIE_KEYS give the same. */
  header(revision: Revision): { readonly ETag: string };
  /**
   * What the request demands of the stored revision; undefined where it demands nothing. Throws an `invalid_request`
   * problem for a header that cannot be read.
   */
  precondition(ctx: Context): Precondition | undefined;
}

/** @param seal keys the tag: a revision is a plain hash of all settings, by which a reader could guess a secret. */
export function createEntityTags(seal: Pick<Seal, 'stamp'>): EntityTags {
  const tagOf = (revision: Revision) => `"${seal.stamp(`etag ${revision}`)}"`;

  return {
    header: (revision) => ({ ETag: tagOf(revision) }),
    precondition(ctx) {
      const match = read(ctx, 'If-Match');
      const noneMatch = read(ctx, 'If-None-Match');
      if (!match && !noneMatch) return undefined;
      return (revision) => {
        const tag = revision === null ? null : tagOf(revision);
        const fails = (match && !match.includes(tag)) || noneMatch?.includes(tag);
        if (!fails) return;
        throw new Problem('precondition_failed', {
          detail: describe(tag, noneMatch !== null),
          headers: tag === null ? {} : { ETag: tag },
        });
      };
    },
  };
}

interface Condition {
  includes(tag: string | null): boolean;
}

/** Null where the request has no such header. */
function read(ctx: Context, name: 'If-Match' | 'If-None-Match'): Condition | null {
  const value = ctx.req.headers[name === 'If-Match' ? 'if-match' : 'if-none-match'];
  if (value === undefined) return null;
  if (value.trim() === '*') return { includes: (tag) => tag !== null };
  const tags = value.match(LIST) ?? [];
  if (tags.length === 0 || !tags.every((tag) => ENTITY_TAG.test(tag))) {
    throw invalid([{ field: name, message: 'must be * or a list of quoted entity tags, such as "abc", "def"' }]);
  }
  // If-Match compares strongly: a weak tag matches nothing. If-None-Match compares weakly (RFC 9110 §8.8.3.2).
  const comparable = name === 'If-Match' ? tags : tags.map((tag) => tag.replace(/^W\//, ''));
  return { includes: (tag) => tag !== null && comparable.includes(tag) };
}

function describe(tag: string | null, noneMatch: boolean): string {
  if (tag === null) return 'There is nothing stored under this id.';
  if (noneMatch) return 'Something is stored under this id already.';
  return 'The settings have changed since. Read them again, and repeat the change with their ETag.';
}
