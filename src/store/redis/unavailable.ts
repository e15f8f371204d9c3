import { StoreUnavailable } from '#waiting-room/errors.ts';

/** Reply codes that only a defect of the service causes. Any other means that Redis is unavailable. */
const DEFECTS = new Set(['ERR', 'WRONGTYPE', 'CROSSSLOT', 'NOSCRIPT', 'EXECABORT']);

/** What Redis answered, or StoreUnavailable where it did not or could not. */
export async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isDefect(error) ? bare(error) : new StoreUnavailable(bare(error));
  }
}

function isDefect(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && DEFECTS.has(replyCode(error));
}

/** The code that an error reply begins with. Redis 6 wraps what a command in a script met with. */
export function replyCode({ message }: Error): string {
  const inScript = /^ERR Error running script .*: -([A-Z]+) /.exec(message);
  return inScript?.[1] ?? message.split(' ', 1)[0] ?? '';
}

/** The driver's errors carry the command with its arguments, among them passwords, visitors and tokens. */
export function bare(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const copy = new Error(error.message);
  copy.name = error.name;
  if (error.stack) copy.stack = error.stack;
  return 'code' in error ? Object.assign(copy, { code: error.code }) : copy;
}
