import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Closes the dialog that an element is in, and gives the focus back. */
export function closeDialog(inside: Element): void {
  const dialog = inside.closest('dialog');
  if (!dialog?.open) return;
  dialog.close();
  // The browser fires this event later, after presses that came in the meantime.
  dialog.dispatchEvent(new Event('close'));
}

/** A modal dialog. The browser keeps the focus inside, gives it back, and closes on Escape. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isClosed = useRef(false);
  const id = useId();
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);

  function reportClosed() {
    if (!isClosed.current) onClose();
    isClosed.current = true;
  }

  function closeAtOnce(event: Event) {
    event.preventDefault();
    closeDialog(event.currentTarget as HTMLDialogElement);
  }

  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={closeAtOnce} onClose={reportClosed}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
