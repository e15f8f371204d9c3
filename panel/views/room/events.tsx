import { useSignal } from '@preact/signals';
import { ActionDialog } from '../../parts/action-dialog.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { news } from '../../parts/news.tsx';
import { call, newKey, Refused } from '../../state/api.ts';
import { isoOf, localOf } from '../../state/local-time.ts';
import type { RoomState, Stored } from '../../state/room.ts';
import { may } from '../../state/session.ts';
import type { EventSettings, Room } from '../../state/types.ts';
import { dateOf, t } from '../../state/words.ts';

type Open = { readonly what: 'plan' } | { readonly what: 'postpone' | 'cancel'; readonly event: EventSettings } | null;

/** The planned events of a room: plan, postpone, cancel. */
export function RoomEvents({ state, room }: { readonly state: RoomState; readonly room: Room }) {
  const open = useSignal<Open>(null);
  const events = room.events ?? [];
  const close = () => {
    open.value = null;
  };
  const now = new Date().toISOString();
  return (
    <section aria-label={t('events.title')}>
      <h2>{t('events.title')}</h2>
      {events.length === 0 && <p class="hint">{t('events.none')}</p>}
      <ul class="cards">
        {events.map((event) => (
          <li key={event.id}>
            <h3>{event.id}</h3>
            <p>
              {t('events.from', { start: dateOf(event.start) })}{' '}
              {event.prequeue_start && t('events.opens', { at: dateOf(event.prequeue_start) })}{' '}
              {event.end && t('events.ends', { at: dateOf(event.end) })} {t(`events.order.${event.order ?? 'draw'}`)}
            </p>
            {may('owner') && new Date(event.start).toISOString() > now && (
              <p class="actions">
                <button
                  type="button"
                  onClick={() => {
                    open.value = { what: 'postpone', event };
                  }}
                >
                  {t('events.postpone', { event: event.id })}
                </button>
                <button
                  type="button"
                  onClick={() => {
                    open.value = { what: 'cancel', event };
                  }}
                >
                  {t('events.cancel', { event: event.id })}
                </button>
              </p>
            )}
          </li>
        ))}
      </ul>
      {may('owner') && (
        <button
          type="button"
          onClick={() => {
            open.value = { what: 'plan' };
          }}
        >
          {t('events.plan')}
        </button>
      )}
      {open.value?.what === 'plan' && <PlanDialog state={state} events={events} onClose={close} />}
      {open.value?.what === 'postpone' && <PostponeDialog state={state} event={open.value.event} onClose={close} />}
      {open.value?.what === 'cancel' && <CancelDialog state={state} event={open.value.event} onClose={close} />}
    </section>
  );
}

const done = (text: string) => {
  news.value = text;
};

interface OfEvent {
  readonly state: RoomState;
  readonly event: EventSettings;
  readonly onClose: () => void;
}

function PlanDialog({
  state,
  events,
  onClose,
}: Omit<OfEvent, 'event'> & { readonly events: readonly EventSettings[] }) {
  const stored = useSignal<Stored | null>(state.stored.value);
  const [id, opens, start, end, order] = [
    useSignal(''),
    useSignal(''),
    useSignal(''),
    useSignal(''),
    useSignal<string>('draw'),
  ];
  async function plan(): Promise<string> {
    const event = {
      id: id.value.trim(),
      ...(opens.value ? { prequeue_start: isoOf(opens.value) } : {}),
      start: isoOf(start.value),
      ...(end.value ? { end: isoOf(end.value) } : {}),
      order: order.value,
    };
    try {
      await state.patch({ events: [...events, event] }, stored.value?.etag);
    } catch (error) {
      if (error instanceof Refused && error.status === 412) {
        await state.load();
        stored.value = state.stored.value;
      }
      throw error;
    }
    return t('events.planned', { event: event.id });
  }
  return (
    <ActionDialog
      title={t('events.plan')}
      action={t('events.plan_action')}
      isReady={id.value.trim() !== '' && start.value !== ''}
      onAct={plan}
      onDone={done}
      onClose={onClose}
    >
      <TextField label={t('events.id')} hint={t('events.id_hint')} required value={id.value} onValue={setter(id)} />
      <TextField label={t('events.opens_at')} type="datetime-local" value={opens.value} onValue={setter(opens)} />
      <TextField label={t('events.start')} type="datetime-local" required value={start.value} onValue={setter(start)} />
      <TextField label={t('events.end')} type="datetime-local" value={end.value} onValue={setter(end)} />
      <SelectField
        label={t('events.order')}
        value={order.value}
        onValue={setter(order)}
        options={[
          ['draw', t('events.order.draw')],
          ['arrival', t('events.order.arrival')],
        ]}
      />
      <p class="plan">{t('events.zone', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</p>
    </ActionDialog>
  );
}

const setter = (into: { value: string }) => (value: string) => {
  into.value = value;
};

const pathOf = (state: RoomState, event: EventSettings, verb: string) =>
  `/rooms/${encodeURIComponent(state.id)}/events/${encodeURIComponent(event.id)}/${verb}`;

function PostponeDialog({ state, event, onClose }: OfEvent) {
  const start = useSignal(localOf(event.start));
  const key = useSignal(newKey());
  return (
    <ActionDialog
      title={t('events.postpone', { event: event.id })}
      action={t('events.postpone_action')}
      isReady={start.value !== ''}
      onAct={async () => {
        const body = { start: isoOf(start.value) };
        await call(pathOf(state, event, 'postpone'), {
          ...{ method: 'POST', body },
          headers: { 'Idempotency-Key': `${key.value}-${body.start}` },
        });
        await state.load();
        return t('events.postponed', { event: event.id, start: dateOf(body.start) });
      }}
      onDone={done}
      onClose={onClose}
    >
      <TextField label={t('events.start')} type="datetime-local" required value={start.value} onValue={setter(start)} />
      <p class="plan">{t('events.postpone_plan', { start: dateOf(event.start) })}</p>
    </ActionDialog>
  );
}

function CancelDialog({ state, event, onClose }: OfEvent) {
  const entrants = useSignal<string>('draw');
  const key = useSignal(newKey());
  const present = state.report.value?.counters.present ?? 0;
  return (
    <ActionDialog
      title={t('events.cancel', { event: event.id })}
      action={t('events.cancel_action')}
      isDangerous
      onAct={async () => {
        await call(pathOf(state, event, 'cancel'), {
          ...{ method: 'POST', body: { entrants: entrants.value } },
          headers: { 'Idempotency-Key': `${key.value}-${entrants.value}` },
        });
        await state.load();
        return t('events.cancelled', { event: event.id });
      }}
      onDone={done}
      onClose={onClose}
    >
      <SelectField
        label={t('events.entrants')}
        value={entrants.value}
        onValue={setter(entrants)}
        options={[
          ['draw', t('events.entrants.draw')],
          ['release', t('events.entrants.release')],
        ]}
      />
      <p class="plan">{t('events.cancel_plan', { present })}</p>
    </ActionDialog>
  );
}
