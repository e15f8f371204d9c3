/** What a notification says: the exits of AWS's MaxSize inlet, or the state of a CloudWatch alarm. */
import { readObject } from '../shape.ts';

export interface ReportedExits {
  readonly kind: 'exits';
  readonly eventId: string | null;
  /** Visitors who left, those with a name among them. */
  readonly exited: number;
  readonly completed: readonly string[];
  readonly abandoned: readonly string[];
}

export interface AlarmState {
  readonly kind: 'alarm';
  readonly eventId: null;
  readonly name: string;
  readonly isOn: boolean;
  /** When the alarm changed to this state, in ms since the epoch. SNS keeps no order. */
  readonly at: number;
}

const MANY = 1_000_000_000;

/** Null for a text that says neither. @param sentAt when SNS sent it, in ms */
export function contentOf(text: string, sentAt: number): ReportedExits | AlarmState | null {
  const content = readObject(Buffer.from(text, 'utf8'));
  if (!content) return null;
  return typeof content.NewStateValue === 'string' ? alarmOf(content, sentAt) : exitsOf(content);
}

/** As AWS's inlet does: an alarm stops it in the state ALARM only. */
function alarmOf(content: Readonly<Record<string, unknown>>, sentAt: number): AlarmState | null {
  const { AlarmName, AlarmArn, NewStateValue, StateChangeTime } = content;
  if (typeof AlarmName !== 'string') return null;
  // CloudWatch writes +0000, which is no ISO 8601.
  const time = typeof StateChangeTime === 'string' ? StateChangeTime.replace(/([+-]\d\d)(\d\d)$/, '$1:$2') : '';
  const changedAt = Date.parse(time);
  return {
    kind: 'alarm',
    eventId: null,
    name: typeof AlarmArn === 'string' ? AlarmArn : AlarmName,
    isOn: NewStateValue === 'ALARM',
    at: Number.isNaN(changedAt) ? sentAt : changedAt,
  };
}

function exitsOf(content: Readonly<Record<string, unknown>>): ReportedExits | null {
  const { event_id: eventId, exited = 0, completed = [], abandoned = [] } = content;
  const number = typeof exited === 'string' && /^\d{1,10}$/.test(exited) ? Number(exited) : exited;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > MANY) return null;
  if (!isListOfTexts(completed) || !isListOfTexts(abandoned)) return null;
  if (eventId !== undefined && typeof eventId !== 'string') return null;
  return { kind: 'exits', eventId: eventId ?? null, exited: number, completed, abandoned };
}

const isListOfTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
