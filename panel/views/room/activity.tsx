import type { ActivityEvent } from '../../state/types.ts';
import { isKey, t, timeOf } from '../../state/words.ts';

/** What happened in the room since it was opened here, newest first. */
export function ActivityList({ events }: { readonly events: readonly ActivityEvent[] }) {
  return (
    <section aria-label={t('activity.title')}>
      <h2>{t('activity.title')}</h2>
      {events.length === 0 && <p class="hint">{t('activity.none')}</p>}
      <ul class="feed">
        {events.map((event) => (
          <li key={event.id}>
            <time dateTime={event.time}>{timeOf(event.time)}</time> <span>{wordsOfEvent(event)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The texts and numbers of an event fill its message. */
function wordsOfEvent({ type, ...fields }: ActivityEvent): string {
  const key = type === 'operator.acted' ? `action.${String(fields.action)}` : `activity.${type}`;
  const values = Object.entries(fields).filter((entry): entry is [string, string | number] =>
    ['string', 'number'].includes(typeof entry[1]),
  );
  const given = { ...DEFAULTS, ...Object.fromEntries(values), ...inletOf(fields.by) };
  if (isKey(key)) return t(key, given);
  return type === 'operator.acted' ? t('action.other', given) : t('activity.other', { ...given, type });
}

/** An inlet acts under its strategy's name. */
function inletOf(by: unknown): { readonly by?: string } {
  const [, strategy] = /^inlet:(.+)$/.exec(String(by)) ?? [];
  return strategy ? { by: t('activity.by.inlet', { strategy }) } : {};
}

/** What messages name, for events that do not have it. */
const DEFAULTS = {
  alert: '',
  by: '',
  subject: '',
  from: 0,
  to: 0,
  count: 0,
  periods: 0,
  action: '',
  mode: '',
  reason: '',
  event: '',
  type: '',
};
