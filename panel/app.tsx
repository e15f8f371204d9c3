import { useEffect, useRef } from 'preact/hooks';
import { NavLinks } from './parts/nav-links.tsx';
import { News } from './parts/news.tsx';
import { Nowhere } from './parts/nowhere.tsx';
import { SignInLink } from './parts/sign-in-link.tsx';
import { hrefOf, route } from './state/route.ts';
import { may, session, signOut } from './state/session.ts';
import { t } from './state/words.ts';
import { AuditView } from './views/audit.tsx';
import { GroupsView } from './views/groups.tsx';
import { KeysView } from './views/keys.tsx';
import { OperatorsView } from './views/operators.tsx';
import { RelyingPartiesView } from './views/relying-parties.tsx';
import { RoomView } from './views/room.tsx';
import { RoomsView } from './views/rooms.tsx';

/** What each role may open, in the order of the navigation. */
const PAGES = [
  ['rooms', 'nav.rooms', 'viewer'],
  ['relying-parties', 'nav.relying_parties', 'viewer'],
  ['groups', 'nav.groups', 'viewer'],
  ['audit', 'nav.audit', 'viewer'],
  ['keys', 'nav.keys', 'viewer'],
  ['operators', 'nav.operators', 'owner'],
] as const;

/** The frame of every view, and the choice among them. */
export function App() {
  const [page = 'rooms', id, tab] = route.value;
  const named = PAGES.find(([name]) => name === page);
  const isRoom = page === 'rooms' && id !== undefined;
  const isFirst = useRef(true);
  useEffect(() => {
    // A room names its page itself.
    if (!isRoom) document.title = `${t(named ? named[1] : 'nowhere.title')} · Anteroom`;
    if (!isFirst.current) document.getElementById('main')?.focus();
    isFirst.current = false;
  }, [page, id]);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        {t('nav.skip')}
      </button>
      <header class="top">
        <a class="brand" href={hrefOf('rooms')}>
          Anteroom
        </a>
        <NavLinks
          label={t('nav.label')}
          links={PAGES.filter(([, , role]) => may(role)).map(([name, key]) => ({
            name,
            href: hrefOf(name),
            label: t(key),
          }))}
          current={page}
        />
        {session.value && (
          <p class="who">
            <span>
              {session.value.operator} · {t(`role.${session.value.role}`)}
            </span>
            <button type="button" class="quiet" onClick={() => void signOut()}>
              {t('session.sign_out')}
            </button>
          </p>
        )}
      </header>
      <SignedOut />
      <main id="main" tabIndex={-1}>
        <News />
        {isRoom && <RoomView key={id} id={id} tab={tab ?? 'now'} />}
        {page === 'rooms' && !isRoom && <RoomsView />}
        {page === 'relying-parties' && <RelyingPartiesView />}
        {page === 'audit' && <AuditView />}
        {page === 'keys' && <KeysView />}
        {page === 'groups' && <GroupsView />}
        {page === 'operators' && <OperatorsView />}
        {!named && <Nowhere title={t('nowhere.title')}>{t('nowhere.text')}</Nowhere>}
      </main>
    </>
  );
}

/** Shown when a session ended. What was pressed meanwhile was not done, and is not repeated. */
function SignedOut() {
  if (session.value !== null) return null;
  return (
    <div class="banner" role="alert">
      <p>
        <strong>{t('session.ended')}</strong> {t('session.ended_hint')}
      </p>
      <SignInLink />
    </div>
  );
}
