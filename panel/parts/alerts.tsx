import type { Alert } from '../state/types.ts';
import { duration, isKey, t } from '../state/words.ts';

/** What needs an operator at this moment, and what to do first. */
export function Alerts({ alerts }: { readonly alerts: readonly Alert[] }) {
  if (alerts.length === 0) return null;
  return (
    <ul class="alerts" aria-label={t('alerts.label')}>
      {alerts.map(({ alert, since }) => (
        <li key={alert}>
          <strong>{alertTitle(alert)}</strong>{' '}
          {t('alerts.since', { since: duration(Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000))) })}{' '}
          {hintOf(alert)}
        </li>
      ))}
    </ul>
  );
}

export function alertTitle(alert: string): string {
  const key = `alerts.${alert}`;
  return isKey(key) ? t(key) : alert;
}

function hintOf(alert: string): string {
  const key = `alerts.${alert}.hint`;
  return isKey(key) ? t(key) : '';
}
