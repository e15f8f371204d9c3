import type { AdmissionEnded } from '#waiting-room/admission-end.ts';
import type { IssuedTokens } from '#waiting-room/ports/issued-tokens.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import { hasRequestIdForm } from './markup.ts';

export interface SessionEndsDeps {
  readonly issuedTokens: Pick<IssuedTokens, 'end'>;
  readonly snapshots: () => Pick<Snapshots, 'get'>;
  readonly onError: (error: unknown) => void;
}

/** Sets the session status of tokens whose admissions ended, whichever door reported it. */
export function createSessionEnds({ issuedTokens, snapshots, onError }: SessionEndsDeps): AdmissionEnded {
  async function end(room: string, visitors: readonly string[], status: 1 | -1): Promise<void> {
    const { settings, view } = await snapshots().get(room);
    if (!settings.aws) return;
    const { incarnation, generation } = view;
    await issuedTokens.end({ room, incarnation, generation }, visitors, status);
  }

  return (room, visitors, reason) => {
    // A token that ran out keeps its status, and a reset begins a line without tokens.
    if (visitors === 'all' || reason === 'expired' || reason === 'reset') return;
    const ours = visitors.filter(hasRequestIdForm);
    if (ours.length > 0) end(room, ours, reason === 'abandoned' ? -1 : 1).catch(onError);
  };
}
