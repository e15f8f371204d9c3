/** A rehearsal: a link, and what came of it. It is asked for while the page is open. */
import { type Signal, signal } from '@preact/signals';
import { call } from './api.ts';

export interface Rehearsal {
  readonly id: string;
  readonly url: string;
  readonly expires_at: string;
  readonly relying_party: string | null;
  readonly return_to: string | null;
}

export interface RehearsalStep {
  readonly step: string;
  readonly time: string;
  readonly detail: string | null;
}

export interface RehearsalState {
  readonly begun: Signal<Rehearsal | null>;
  readonly steps: Signal<readonly RehearsalStep[]>;
  begin(relyingParty: string | null): Promise<void>;
  /** Asks what came of it until the returned function is called. */
  follow(): () => void;
}

/** In ms. */
const PAUSE = 1500;

export function createRehearsal(room: string): RehearsalState {
  const path = `/rooms/${encodeURIComponent(room)}/rehearsal`;
  const begun = signal<Rehearsal | null>(null);
  const steps = signal<readonly RehearsalStep[]>([]);

  async function look(): Promise<void> {
    const { value: rehearsal } = begun;
    if (!rehearsal) return;
    const { value } = await call<{ readonly steps: readonly RehearsalStep[] }>(`${path}/${rehearsal.id}`);
    if (begun.value === rehearsal) steps.value = value.steps;
  }

  return {
    begun,
    steps,
    async begin(relying_party) {
      begun.value = (await call<Rehearsal>(path, { method: 'POST', body: { relying_party } })).value;
      steps.value = [];
    },
    follow() {
      const timer = setInterval(() => void look().catch(() => undefined), PAUSE);
      return () => clearInterval(timer);
    },
  };
}
