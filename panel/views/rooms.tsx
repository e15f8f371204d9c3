import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { alertTitle } from '../parts/alerts.tsx';
import { TextField } from '../parts/field.tsx';
import { LiveBadge } from '../parts/live-badge.tsx';
import { wordsOfSentence } from '../parts/sentence-line.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { type Told, wordsOf } from '../state/api.ts';
import { followRooms, loadRooms, nameOf, reportOf, rooms } from '../state/rooms.ts';
import { hrefOf } from '../state/route.ts';
import { sentenceOf } from '../state/sentence.ts';
import type { Room } from '../state/types.ts';
import { number, t } from '../state/words.ts';

/** How many rows are made at first. A search finds the others, and so does the button. */
const FIRST = 100;

/** All rooms: what happens in each, and whether somebody should look. */
export function RoomsView() {
  const trouble = useSignal<Told>('');
  const search = useSignal('');
  const most = useSignal(FIRST);
  useEffect(() => {
    let unfollow = () => {};
    let isOver = false;
    // The list first: the reports of a thousand rooms would delay it.
    loadRooms()
      .catch((error: unknown) => {
        trouble.value = wordsOf(error);
      })
      .finally(() => {
        if (!isOver) unfollow = followRooms();
      });
    return () => {
      isOver = true;
      unfollow();
    };
  }, []);
  const found = useComputed(() => {
    const text = search.value.trim().toLowerCase();
    return (rooms.value ?? []).filter((room) => `${room.id} ${nameOf(room)}`.toLowerCase().includes(text));
  });

  return (
    <>
      <div class="heading">
        <h1>{t('rooms.title')}</h1>
        <LiveBadge />
      </div>
      <Trouble of={trouble} />
      {rooms.value !== null && rooms.value.length === 0 && <p>{t('rooms.none')}</p>}
      {rooms.value !== null && rooms.value.length > 1 && (
        <TextField
          label={t('rooms.search')}
          type="search"
          value={search.value}
          onValue={(value) => {
            search.value = value;
          }}
          hint={t('rooms.count', { found: found.value.length, all: rooms.value.length })}
        />
      )}
      <ul class="rooms">
        {found.value.slice(0, most.value).map((room) => (
          <RoomRow key={room.id} room={room} />
        ))}
      </ul>
      {found.value.length > most.value && (
        <button
          type="button"
          onClick={() => {
            most.value = Number.POSITIVE_INFINITY;
          }}
        >
          {t('rooms.more', { more: found.value.length - most.value })}
        </button>
      )}
    </>
  );
}

function RoomRow({ room }: { readonly room: Room }) {
  const { id } = room;
  const report = reportOf(id).value;
  const sentence = report && sentenceOf(report);
  return (
    <li class={(report?.alerts?.length ?? 0) > 0 ? 'look' : sentence?.tone}>
      <a href={hrefOf('rooms', id)}>{nameOf(room)}</a>
      <span class="id">{id}</span>
      <span class="state">
        {sentence ? wordsOfSentence(sentence) : '…'}
        {report?.alerts?.map(({ alert }) => (
          <strong key={alert}> {alertTitle(alert)}</strong>
        ))}
      </span>
      {report && (
        <dl>
          <div>
            <dt>{t('five.inside')}</dt>
            <dd>
              {number(report.inside)}
              {report.size !== null && <small> / {number(report.size)}</small>}
            </dd>
          </div>
          <div>
            <dt>{t('five.present')}</dt>
            <dd>{number(report.counters.present)}</dd>
          </div>
        </dl>
      )}
    </li>
  );
}
