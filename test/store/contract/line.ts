/** What an adapter of the line port has to do. The pure line is the model: the last suite compares random courses. */
import { describeBudget } from './budget.ts';
import { describeClaiming } from './claiming.ts';
import { describeConfirming } from './confirming.ts';
import { describeDiscarding } from './discarding.ts';
import { describeDraws } from './draws.ts';
import { describeEndings } from './endings.ts';
import { describeInletSteps } from './inlet-steps.ts';
import { describeJoining } from './joining.ts';
import { describeLedgerVerbs } from './ledger.ts';
import { describeLikeTheModel } from './like-the-model.ts';
import { describeLostDraws } from './lost-draws.ts';
import { describeModes } from './modes.ts';
import { describePresence } from './presence.ts';
import { describeRestoring } from './restoring.ts';
import type { Ports } from './room-under-test.ts';
import { describeSharedSizes } from './shared-sizes.ts';
import { describeStoppedAdmissions } from './stopped-admissions.ts';
import { describeTakingOver } from './taking-over.ts';
import { describeTime } from './time.ts';
import { describeTurns } from './turns.ts';
import { describeUndoneRaises } from './undone-raises.ts';
import { describeUndoneResets } from './undone-resets.ts';
import { describeUsing } from './using.ts';

export function describeLine(stores: Ports<'line'>): void {
  describeJoining(stores);
  describeClaiming(stores);
  describeConfirming(stores);
  describeUsing(stores);
  describeTurns(stores);
  describeStoppedAdmissions(stores);
  describeModes(stores);
  describeInletSteps(stores);
  describeUndoneRaises(stores);
  describeUndoneResets(stores);
  describeSharedSizes(stores);
  describeTime(stores);
  describeDiscarding(stores);
  describeEndings(stores);
  describePresence(stores);
  describeTakingOver(stores);
  describeBudget(stores);
  describeDraws(stores);
  describeLostDraws(stores);
  describeLedgerVerbs(stores);
  describeRestoring(stores);
  describeLikeTheModel(stores);
}
