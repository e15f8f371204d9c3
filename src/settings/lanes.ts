import { z } from 'zod';
import { DEFAULT_LANE } from '#waiting-room/lanes.ts';

/** Each lane is a line that processes look at once a second. */
const MOST = 16;
/** What shares may be more than 1 together, by rounding. */
const ROUNDING = 1e-6;

const name = z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be named by 1 to 32 of the characters a-z, 0-9 and -');
const share = z.number().gt(0, 'must be more than 0').max(1);

/** The lanes of a room, by name: the share of the places that each has. */
export const lanes = z
  .record(name, share)
  .default({})
  .describe(
    'Lanes with a share of the places each, such as {"members": 0.3}. Passes name the lane of their visitor. All others are in the default lane, which has the rest. {} is none.',
  )
  .check(({ value, issues }) => {
    const fault = (message: string, ...path: string[]) => issues.push({ code: 'custom', message, path, input: value });
    const shares = Object.values(value);
    if (Object.hasOwn(value, DEFAULT_LANE)) {
      fault('is the lane of all who have no other, with the rest of the places: name another', DEFAULT_LANE);
    }
    if (shares.length > MOST) fault(`must be at most ${MOST}`);
    if (shares.reduce((sum, each) => sum + each, 0) > 1 + ROUNDING) fault('must be at most 1 together');
  });
