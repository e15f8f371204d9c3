import { useEffect, useRef } from 'preact/hooks';

/** Moves the focus to the page where it would be lost with a button that is gone when its dialog closes. */
export function useKeptFocus(isOffered: boolean, isClosed: boolean): void {
  const wasOffered = useRef(false);
  // What was rendered counts: signals may have changed since.
  useEffect(() => {
    if (!isClosed) return;
    const isLost = document.activeElement === document.body;
    if (wasOffered.current && !isOffered && isLost) document.getElementById('main')?.focus();
    wasOffered.current = isOffered;
  }, [isOffered, isClosed]);
}
