import { useSignal } from '@preact/signals';
import { ActionDialog } from '../parts/action-dialog.tsx';
import { TextField } from '../parts/field.tsx';
import { call } from '../state/api.ts';
import { bodyOf, type Group, restOf, rowsOf, type ShareRow } from '../state/groups.ts';
import { rooms } from '../state/rooms.ts';
import { numberFault, wholeNumberOf } from '../state/whole-number.ts';
import { number, t } from '../state/words.ts';

export interface GroupDialogProps {
  /** Null: a new one. */
  readonly group: Group | null;
  readonly onSaved: () => Promise<void>;
  readonly onDone: (news: string) => void;
  readonly onClose: () => void;
}

/** Creates or changes a group: its size, and the share of each room. */
export function GroupDialog({ group, onSaved, onDone, onClose }: GroupDialogProps) {
  const id = useSignal(group?.id ?? '');
  const size = useSignal(group ? String(group.size) : '');
  const first = rowsOf(group);
  const rows = useSignal<readonly ShareRow[]>(first.length > 0 ? first : [EMPTY, EMPTY]);
  const set = (at: number, change: Partial<ShareRow>) => {
    rows.value = rows.value.map((row, index) => (index === at ? { ...row, ...change } : row));
  };
  const rest = restOf(rows.value);
  const places = wholeNumberOf(size.value, 1);
  const known = rooms.value?.map((room) => room.id) ?? [];

  return (
    <ActionDialog
      title={group ? t('groups.edit_one', { group: group.id }) : t('groups.new')}
      action={t('groups.save')}
      isReady={id.value.trim() !== '' && places !== null && !Number.isNaN(places)}
      onAct={async () => {
        const body = bodyOf(size.value, rows.value);
        await call(`/groups/${encodeURIComponent(id.value.trim())}`, { method: 'PUT', body });
        await onSaved();
        return t('groups.saved', { group: id.value.trim() });
      }}
      onDone={onDone}
      onClose={onClose}
    >
      {!group && (
        <TextField
          label={t('groups.id')}
          hint={t('events.id_hint')}
          required
          autocapitalize="none"
          spellcheck={false}
          value={id.value}
          onValue={(value) => {
            id.value = value;
          }}
        />
      )}
      <TextField
        label={t('groups.size_field')}
        inputMode="numeric"
        fault={numberFault(places, 1)}
        required
        value={size.value}
        onValue={(value) => {
          size.value = value;
        }}
      />
      {rows.value.map(({ room, percent }, at) => (
        <div class="share" key={at}>
          <TextField
            label={t('groups.room_field', { at: at + 1 })}
            list="known-rooms"
            autocapitalize="none"
            spellcheck={false}
            value={room}
            onValue={(value) => set(at, { room: value })}
          />
          <TextField
            label={t('groups.share_field', { room: room.trim() || number(at + 1) })}
            inputMode="numeric"
            value={percent}
            onValue={(value) => set(at, { percent: value })}
          />
        </div>
      ))}
      <datalist id="known-rooms">
        {known.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <button
        type="button"
        onClick={() => {
          rows.value = [...rows.value, EMPTY];
        }}
      >
        {t('groups.add_room')}
      </button>
      <p class="plan">
        {rest === null
          ? t('groups.no_number')
          : t('groups.plan', { rest: number(rest), over: rest < 0 ? 'yes' : 'no' })}
      </p>
    </ActionDialog>
  );
}

const EMPTY: ShareRow = { room: '', percent: '' };
