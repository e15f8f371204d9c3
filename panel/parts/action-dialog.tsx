import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { reason, type Told, wordsOf } from '../state/api.ts';
import { isFresh, newsAge, newsAt } from '../state/live.ts';
import { session } from '../state/session.ts';
import { duration, t } from '../state/words.ts';
import { closeDialog, Dialog } from './dialog.tsx';
import { TextField } from './field.tsx';
import { SignInLink } from './sign-in-link.tsx';
import { ToldText } from './told-text.tsx';

export interface ActionDialogProps {
  readonly title: string;
  /** What the button says and does. */
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly isReady?: boolean;
  /** Does it once. Resolves to what happened, in words; the dialog closes. Whatever it throws is shown. */
  readonly onAct: () => Promise<string>;
  readonly onDone: (news: string) => void;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

/** Asks for what an action needs and says what it will do. A press does it once, and nothing else does it. */
export function ActionDialog(props: ActionDialogProps) {
  const { title, action, isDangerous = false, isReady = true, onAct, onDone, onClose, children } = props;
  const isBusy = useSignal(false);
  const trouble = useSignal<Told>('');

  // A reason belongs to one action.
  useEffect(() => {
    const forget = () => {
      reason.value = '';
    };
    forget();
    return forget;
  }, []);

  async function act(event: Event) {
    event.preventDefault();
    const form = event.currentTarget as HTMLElement;
    if (isBusy.value || !isReady) return;
    isBusy.value = true;
    trouble.value = '';
    try {
      const news = await onAct();
      // The browser gives the focus back to the button that opened it.
      closeDialog(form);
      onDone(news);
    } catch (error) {
      trouble.value = wordsOf(error);
    }
    isBusy.value = false;
  }

  const isSignedOut = session.value === null;
  const words = trouble.value === '' && isSignedOut ? t('problem.signed_out') : trouble.value;
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={act}>
        {children}
        <TextField
          label={t('dialog.reason')}
          hint={t('dialog.reason_hint')}
          maxLength={200}
          autocomplete="off"
          value={reason.value}
          onValue={(value) => {
            reason.value = value;
          }}
        />
        <p class="fault" hidden={isFresh.value || newsAt.value === 0}>
          {t('dialog.old', { age: duration(Math.floor(newsAge.value / 1000)) })}
        </p>
        <p role="alert" class="fault" hidden={words === ''}>
          <ToldText of={words} />
        </p>
        <div class="actions">
          <button type="submit" class={isDangerous ? 'danger' : 'primary'} aria-disabled={isBusy.value || !isReady}>
            {action}
          </button>
          <button type="button" onClick={(event) => closeDialog(event.currentTarget)}>
            {t('dialog.cancel')}
          </button>
          {isSignedOut && <SignInLink />}
        </div>
      </form>
    </Dialog>
  );
}
