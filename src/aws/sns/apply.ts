import type { Operations } from '#waiting-room/operations.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { IssuedTokens } from '#waiting-room/ports/issued-tokens.ts';
import { hasRequestIdForm, withoutMarkup } from '../markup.ts';
import type { AwsRoom } from '../room.ts';
import type { AlarmState, ReportedExits } from './content.ts';

export interface ApplyDeps {
  readonly issuedTokens: Pick<IssuedTokens, 'end'>;
  readonly idempotency: Pick<Idempotency, 'remember' | 'amend'>;
  readonly operationsOf: (by: string) => Pick<Operations, 'exits' | 'alarm'>;
}

/** Does in a room what a notification says. @param by the name in the audit log */
export type Apply = (room: AwsRoom, content: ReportedExits | AlarmState, by: string) => Promise<void>;

/** How long the time of an alarm's last change is remembered, in ms. */
const ALARM_KEPT = 30 * 24 * 3_600_000;

export function createApply({ issuedTokens, idempotency, operationsOf }: ApplyDeps): Apply {
  async function reportExits({ snapshot }: AwsRoom, { exited, ...named }: ReportedExits, by: string): Promise<void> {
    const { id } = snapshot.settings;
    const { incarnation, generation } = snapshot.view;
    const line = { room: id, incarnation, generation };
    const [completed, abandoned] = [idsOf(named.completed), idsOf(named.abandoned)];
    const anonymous = Math.max(0, exited - new Set([...completed, ...abandoned]).size);
    if (anonymous + completed.length + abandoned.length === 0) return;
    // Sessions whose tokens ran out too: their admissions are over, so the line does not know them any more.
    await issuedTokens.end(line, completed.filter(hasRequestIdForm), 1);
    await issuedTokens.end(line, abandoned.filter(hasRequestIdForm), -1);
    await operationsOf(by).exits(id, { exited: anonymous, completed, abandoned });
  }

  async function setAlarm({ snapshot }: AwsRoom, { name, isOn, at }: AlarmState, by: string): Promise<void> {
    const { id } = snapshot.settings;
    const key = `sns-alarm:${id}:${name.slice(0, 512)}`;
    const before = await idempotency.remember(key, String(at), ALARM_KEPT);
    // SNS may deliver the end of an alarm before its beginning.
    if (before !== null && Number(before) > at) return;
    await operationsOf(by).alarm(id, isOn);
    if (before !== null) await idempotency.amend(key, String(at), ALARM_KEPT);
  }

  return (room, content, by) =>
    content.kind === 'exits' ? reportExits(room, content, by) : setAlarm(room, content, by);
}

const idsOf = (ids: readonly string[]) => [...new Set(ids.map(withoutMarkup))];
