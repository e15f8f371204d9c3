import { useEffect } from 'preact/hooks';

/** How often it is loaded again, in ms: another process may have changed it. */
const EVERY = 15_000;

/** Loads at first, when the path or one of `changes` is another, and every 15 s while the page is seen. */
export function useReload(path: string, reload: () => void, changes: readonly unknown[]): void {
  useEffect(reload, [path, ...changes]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, EVERY);
    return () => clearInterval(timer);
  }, [path]);
}
