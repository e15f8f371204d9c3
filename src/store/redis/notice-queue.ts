import { NOTICES_KEPT, type Notice, type NoticeLine, type NoticeQueue } from '#waiting-room/ports/notice-queue.ts';
import { revisionOf } from '#waiting-room/ports/revision.ts';
import type { RedisClient } from './client.ts';
import { keyScripts } from './key-scripts.ts';
import { noticeKeys } from './keys.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

/** A sorted set and a hash for each line, which Redis drops a while after the last notice. */
export function createNoticeQueue(client: RedisClient, run: Run): NoticeQueue {
  return {
    put(of, notice, capacity) {
      const { visitor, number } = notice;
      const [keys, text] = [noticeKeys(of.line), textOf(notice)];
      return run(keyScripts.putNotice, keys, nameOf(of), visitor, number, text, capacity, NOTICES_KEPT);
    },
    async forget({ line }, visitor) {
      const [numbers, notices] = noticeKeys(line);
      await answered(client.multi().zrem(numbers, visitor).hdel(notices, visitor).exec());
    },
    async take(of, upTo, max, now) {
      const taken = await run(keyScripts.takeNotices, noticeKeys(of.line), nameOf(of), upTo, max, now);
      return Array.from({ length: taken.length / 3 }, (_, index) => {
        const [visitor = '', number, notice = ''] = taken.slice(3 * index);
        const [notBefore, attempts, sealed = ''] = notice.split(' ');
        return { visitor, number: Number(number), sealed, notBefore: Number(notBefore), attempts: Number(attempts) };
      });
    },
    async putBack(of, notice) {
      const { visitor, number } = notice;
      const [keys, text] = [noticeKeys(of.line), textOf(notice)];
      await run(keyScripts.putBackNotice, keys, nameOf(of), visitor, number, text, NOTICES_KEPT);
    },
    async settle({ line }, notice) {
      const [, notices] = noticeKeys(line);
      await run(keyScripts.replaceField, [notices], notice.visitor, revisionOf(markOf(notice)));
    },
    async clear(line) {
      await answered(client.del(...noticeKeys(line)));
    },
  };
}

const nameOf = ({ incarnation, generation }: NoticeLine) => `${incarnation}:${generation}`;

const textOf = ({ notBefore, attempts, sealed }: Notice) => `${notBefore} ${attempts} ${sealed}`;

/** The same as in lib/notices.lua. */
const markOf = ({ sealed }: Notice) => `taken ${sealed.slice(-22)}`;
