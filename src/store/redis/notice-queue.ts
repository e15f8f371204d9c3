import {
  FAILURES_KEPT,
  NOTICES_KEPT,
  type Notice,
  type NoticeLine,
  type NoticeQueue,
} from '#waiting-room/ports/notice-queue.ts';
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
    async settle(of, notice, hasFailed) {
      const [keys, text] = [noticeKeys(of.line), textOf(notice)];
      await run(keyScripts.settleNotice, keys, nameOf(of), notice.visitor, text, hasFailed ? FAILURES_KEPT : 0);
    },
    async progress({ line }, visitor) {
      const [numbers, notices] = noticeKeys(line);
      const [number, notice] = await Promise.all([
        answered(client.zscore(numbers, visitor)),
        answered(client.hget(notices, visitor)),
      ]);
      if (notice === FAILED) return 'failed';
      return number === null ? 'sent' : 'waiting';
    },
    async clear(line) {
      await answered(client.del(...noticeKeys(line)));
    },
  };
}

const nameOf = ({ incarnation, generation }: NoticeLine) => `${incarnation}:${generation}`;

const textOf = ({ notBefore, attempts, sealed }: Notice) => `${notBefore} ${attempts} ${sealed}`;

/** The same as in scripts/settle-notice.lua. */
const FAILED = 'failed';
