import { useRef } from 'preact/hooks';
import { ActionDialog } from '../parts/action-dialog.tsx';
import { news } from '../parts/news.tsx';
import { call, newKey } from '../state/api.ts';
import { t } from '../state/words.ts';

export interface RotateKeysDialogProps {
  /** An emergency drops all other keys at once, because one of them has leaked. */
  readonly kind: 'rotate' | 'emergency';
  readonly onRotated: () => Promise<void>;
  readonly onClose: () => void;
}

/** Replaces the signing keys: by and by, or at once. */
export function RotateKeysDialog({ kind, onRotated, onClose }: RotateKeysDialogProps) {
  // A second press after a lost answer rotates no second time.
  const key = useRef(newKey());
  const isEmergency = kind === 'emergency';
  return (
    <ActionDialog
      title={t(`keys.${kind}`)}
      action={t(`keys.${kind}_action`)}
      isDangerous={isEmergency}
      onAct={async () => {
        const path = isEmergency ? '/keys/rotate?emergency=true' : '/keys/rotate';
        await call(path, { method: 'POST', headers: { 'Idempotency-Key': key.current } });
        await onRotated();
        return t(isEmergency ? 'keys.replaced' : 'keys.rotated');
      }}
      onDone={(text) => {
        news.value = text;
      }}
      onClose={onClose}
    >
      <p class="plan">{t(`keys.${kind}_plan`)}</p>
      {isEmergency && <p>{t('keys.emergency_file')}</p>}
    </ActionDialog>
  );
}
