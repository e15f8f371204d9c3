import type { Say } from '#waiting-room/sentence.ts';
import type { Messages } from './messages.ts';

/** Says sentences in the language of these messages, as plain text. */
export function createSay(messages: Pick<Messages, 'plain'>): Say {
  const say: Say = ({ key, values }) =>
    messages.plain(
      key,
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, typeof value === 'object' ? say(value) : value]),
      ),
    );
  return say;
}
