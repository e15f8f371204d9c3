import { isSameSecret } from '#http/secrets.ts';
import type { AwsRoom, AwsRooms } from './room.ts';

/** `null` stands for a request that names no room. */
export type HasApiKey = (room: AwsRoom | null, given: string | undefined) => Promise<boolean>;

/**
 * Whether a request has the API key of its room. A request that names no room is answered if it has the key of any room,
 * or if a room has none: a gateway asks for the key before it reads anything else.
 */
export function createHasApiKey(rooms: Pick<AwsRooms, 'all'>): HasApiKey {
  const fits = ({ settings }: AwsRoom, given: string | undefined) =>
    !settings.api_key || (given !== undefined && isSameSecret(given, settings.api_key));
  return async (room, given) => (room ? fits(room, given) : (await rooms.all()).some((each) => fits(each, given)));
}
