import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ActionDialog } from '../parts/action-dialog.tsx';
import { LiveBadge } from '../parts/live-badge.tsx';
import { news } from '../parts/news.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { call, type Told, wordsOf } from '../state/api.ts';
import { type Group, insideOf } from '../state/groups.ts';
import { followRooms, loadRooms, reportOf } from '../state/rooms.ts';
import { hrefOf } from '../state/route.ts';
import { may } from '../state/session.ts';
import { number, percent, t } from '../state/words.ts';
import { GroupDialog } from './group-dialog.tsx';

/** The groups of rooms that share a back end, with what each room uses at this moment. */
export function GroupsView() {
  const groups = useSignal<readonly Group[] | null>(null);
  const trouble = useSignal<Told>('');
  const edited = useSignal<Group | 'new' | null>(null);
  const removed = useSignal<Group | null>(null);

  async function load() {
    try {
      groups.value = (await call<readonly Group[]>('/groups')).value;
      trouble.value = '';
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }
  useEffect(() => {
    void load();
    void loadRooms().catch(() => undefined);
    return followRooms({ onGroups: () => void load() });
  }, []);

  const close = () => {
    edited.value = null;
    removed.value = null;
  };
  const done = (text: string) => {
    news.value = text;
  };
  return (
    <>
      <div class="heading">
        <h1>{t('nav.groups')}</h1>
        <LiveBadge />
      </div>
      <p class="hint">{t('groups.hint')}</p>
      <Trouble of={trouble} />
      {groups.value?.length === 0 && <p>{t('groups.none')}</p>}
      <ul class="cards">
        {groups.value?.map((group) => (
          <li key={group.id}>
            <h2>{group.id}</h2>
            <GroupUse group={group} />
            {may('owner') && (
              <p class="actions">
                <button
                  type="button"
                  aria-label={t('groups.edit_one', { group: group.id })}
                  onClick={() => {
                    edited.value = group;
                  }}
                >
                  {t('groups.edit')}
                </button>
                <button
                  type="button"
                  class="danger"
                  aria-label={t('groups.delete_one', { group: group.id })}
                  onClick={() => {
                    removed.value = group;
                  }}
                >
                  {t('groups.delete')}
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
            edited.value = 'new';
          }}
        >
          {t('groups.new')}
        </button>
      )}
      {edited.value && (
        <GroupDialog
          group={edited.value === 'new' ? null : edited.value}
          onSaved={load}
          onDone={done}
          onClose={close}
        />
      )}
      {removed.value && <DeleteDialog group={removed.value} onDeleted={load} onDone={done} onClose={close} />}
    </>
  );
}

/** The rooms with their shares, and what is inside each. */
function GroupUse({ group }: { readonly group: Group }) {
  const reports = Object.fromEntries(Object.keys(group.rooms).map((room) => [room, reportOf(room).value]));
  const inside = insideOf(Object.values(reports));
  return (
    <>
      <p class="sentence small still">
        {inside === null
          ? t('groups.size', { size: number(group.size) })
          : t('groups.inside', { inside: number(inside), size: number(group.size) })}
      </p>
      <Scroll name={group.id}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('groups.room')}</th>
              <th scope="col" class="number">
                {t('groups.share')}
              </th>
              <th scope="col" class="number">
                {t('groups.places')}
              </th>
              <th scope="col" class="number">
                {t('five.inside')}
              </th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(group.rooms).map(([room, share]) => (
              <tr key={room}>
                <th scope="row">
                  <a href={hrefOf('rooms', room)}>{room}</a>
                </th>
                <td class="number">{percent(share)}</td>
                <td class="number">{placesOf(reports[room]?.size)}</td>
                <td class="number">{placesOf(reports[room]?.inside)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}

const placesOf = (value: number | null | undefined) => (typeof value === 'number' ? number(value) : '–');

interface DeleteDialogProps {
  readonly group: Group;
  readonly onDeleted: () => Promise<void>;
  readonly onDone: (news: string) => void;
  readonly onClose: () => void;
}

function DeleteDialog({ group, onDeleted, onDone, onClose }: DeleteDialogProps) {
  return (
    <ActionDialog
      title={t('groups.delete_one', { group: group.id })}
      action={t('groups.delete')}
      isDangerous
      onAct={async () => {
        await call(`/groups/${encodeURIComponent(group.id)}`, { method: 'DELETE' });
        await onDeleted();
        return t('groups.deleted', { group: group.id });
      }}
      onDone={onDone}
      onClose={onClose}
    >
      <p class="plan">
        {t('groups.delete_plan', { size: number(group.size), rooms: Object.keys(group.rooms).length })}
      </p>
    </ActionDialog>
  );
}
