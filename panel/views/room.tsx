import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { Alerts } from '../parts/alerts.tsx';
import { LiveBadge } from '../parts/live-badge.tsx';
import { NavLinks } from '../parts/nav-links.tsx';
import { Nowhere } from '../parts/nowhere.tsx';
import { SentenceLine } from '../parts/sentence-line.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { type Told, wordsOf } from '../state/api.ts';
import { createRoomState } from '../state/room.ts';
import { nameOf } from '../state/rooms.ts';
import { hrefOf } from '../state/route.ts';
import { may } from '../state/session.ts';
import { t } from '../state/words.ts';
import { RoomActions } from './room/actions.tsx';
import { ActivityList } from './room/activity.tsx';
import { RoomCharts } from './room/charts.tsx';
import { RoomEvents } from './room/events.tsx';
import { FiveNumbers } from './room/five-numbers.tsx';
import { RoomGate } from './room/gate.tsx';
import { RoomNotes } from './room/notes.tsx';
import { RoomPreflight } from './room/preflight.tsx';
import { RoomRehearsal } from './room/rehearsal.tsx';
import { RulesTest } from './room/rules-test.tsx';
import { RoomSettings } from './room/settings.tsx';
import { RoomSimulation } from './room/simulation.tsx';
import { SinceLastLook } from './room/since.tsx';
import { RoomSupport } from './room/support.tsx';
import { RoomTheme } from './room/theme.tsx';

const TABS = ['now', 'history', 'events', 'support', 'rules', 'gate', 'preflight', 'theme', 'settings'] as const;

/** One room: the sentence, the five numbers, what can be done, and what happened. */
export function RoomView({ id, tab: asked }: { readonly id: string; readonly tab: string }) {
  const tab = TABS.find((name) => name === asked) ?? 'now';
  const state = useMemo(() => createRoomState(id), [id]);
  const trouble = useSignal<Told>('');
  useEffect(() => {
    state.load().catch((error: unknown) => {
      trouble.value = wordsOf(error);
    });
    return state.follow();
  }, [state]);

  const report = state.report.value;
  const room = state.stored.value?.room;
  const name = room ? nameOf(room) : id;
  useEffect(() => {
    document.title = `${t(`tab.${tab}`)} · ${name} · Anteroom`;
  }, [name, tab]);

  if (state.isGone.value) return <Nowhere title={name}>{t('room.gone')}</Nowhere>;
  return (
    <>
      <div class="heading">
        <h1>{name}</h1>
        <LiveBadge />
      </div>
      <Trouble of={trouble} />
      {report ? <SentenceLine report={report} /> : <p class="sentence">…</p>}
      {report && <Alerts alerts={report.alerts ?? []} />}
      {report && <FiveNumbers report={report} />}
      <RoomNotes state={state} />
      {report && room && <RoomActions state={state} room={room} report={report} />}
      <NavLinks
        label={t('room.parts')}
        class="tabs"
        links={TABS.filter((name) => name !== 'theme' || may('operator')).map((name) => ({
          name,
          href: hrefOf('rooms', id, name),
          label: t(`tab.${name}`),
        }))}
        current={tab}
      />
      {tab === 'now' && <SinceLastLook state={state} />}
      {tab === 'now' && <ActivityList events={state.activity.value} />}
      {tab === 'history' && <RoomCharts id={id} />}
      {tab === 'events' && room && <RoomEvents state={state} room={room} />}
      {tab === 'events' && room && <RoomSimulation room={room} />}
      {tab === 'support' && <RoomSupport state={state} />}
      {tab === 'rules' && <RulesTest id={id} />}
      {tab === 'gate' && room && <RoomGate room={room} />}
      {tab === 'preflight' && <RoomPreflight id={id} />}
      {tab === 'preflight' && <RoomRehearsal id={id} />}
      {tab === 'theme' && state.stored.value && <RoomTheme state={state} />}
      {tab === 'settings' && state.stored.value && <RoomSettings state={state} />}
    </>
  );
}
