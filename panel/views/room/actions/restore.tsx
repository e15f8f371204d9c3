import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { ActionDialog } from '../../../parts/action-dialog.tsx';
import { TextField } from '../../../parts/field.tsx';
import { news } from '../../../parts/news.tsx';
import { call, newKey } from '../../../state/api.ts';
import { isoOf, localOf } from '../../../state/local-time.ts';
import type { RoomState } from '../../../state/room.ts';
import { t } from '../../../state/words.ts';

/** In ms: how long ago an outage is first taken to have begun. */
const BEFORE = 15 * 60_000;

/** After an outage: those whose turn or admission it took come first. */
export function RestoreDialog({ state, onClose }: { readonly state: RoomState; readonly onClose: () => void }) {
  const from = useSignal(localOf(new Date(Date.now() - BEFORE).toISOString()));
  const to = useSignal('');
  const key = useRef(newKey());
  const report = state.report.value;
  return (
    <ActionDialog
      title={t('restore.title')}
      action={t('restore.action')}
      isReady={from.value !== ''}
      onAct={async () => {
        const body = { from: isoOf(from.value), ...(to.value === '' ? {} : { to: isoOf(to.value) }) };
        const { value } = await call<{ readonly restored: number }>(`/rooms/${encodeURIComponent(state.id)}/restore`, {
          ...{ method: 'POST', body },
          headers: { 'Idempotency-Key': `${key.current}-${body.from}-${body.to ?? ''}` },
        });
        return t('restore.done', { restored: value.restored });
      }}
      onDone={(text) => {
        news.value = text;
      }}
      onClose={onClose}
    >
      <TextField
        label={t('restore.from')}
        type="datetime-local"
        required
        value={from.value}
        onValue={(value) => {
          from.value = value;
        }}
      />
      <TextField
        label={t('restore.to')}
        hint={t('restore.to_hint')}
        type="datetime-local"
        value={to.value}
        onValue={(value) => {
          to.value = value;
        }}
      />
      <p class="plan">
        {t('restore.plan', { waiting: report?.counters.waiting ?? 0, present: report?.counters.present ?? 0 })}{' '}
        {report?.size != null && t('restore.fit', { free: report.free ?? 0, size: report.size })}{' '}
        {t('events.zone', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}
      </p>
    </ActionDialog>
  );
}
