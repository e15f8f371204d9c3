/**
 * The line of one room, as a plain value and the steps that change it. It owns the rules of numbers, turns, places,
 * presence, admissions and draws. It reads no clock and does no I/O, so that the embedded store can replay it, a
 * simulation can run it on a virtual clock, and every other store can be compared with it. It imports only the words of
 * the domain. `store/redis/scripts/lib/NAME.lua` is the pair of `NAME.ts`.
 *
 * What always holds:
 * - numbers are issued 1, 2, 3 …, none twice;
 * - with a size, places taken (active − released + held + credits) never come to exceed it;
 * - a number is claimed at most once, and each admission is counted once.
 *
 * The way of a number: waiting → served (a place is held until the claim window ends) → spent (claimed or left), or
 * served → missed → returned → served again. Once it may go from claimed back to missed: where the admission lapsed.
 */
export { admission, confirm, endAdmissions, renew, reportExits, takeExpired } from './admissions.ts';
export { counters, view } from './counters.ts';
export { announceDraw, draw, drawResult, withdrawDraw } from './draws.ts';
export { recordEntrantHeartbeats, recordHeartbeats, withdraw } from './heartbeats.ts';
export { join } from './joins.ts';
export { type Line, newLine } from './line.ts';
export { type KnownDraws, type RememberedDraw, type ViewForMemory, viewForMemory } from './lost-draws.ts';
export type { NoteName } from './note-name.ts';
export { note, recordPredictions, setAlarm } from './notes.ts';
export { type Checkpoint, lineFor, type Opening, open } from './opening.ts';
export { claim, extend, leave, place, rejoin } from './place.ts';
export { configure } from './rules.ts';
export { raise } from './serving.ts';
export { reset, undoReset } from './undone-resets.ts';
export { type Input, LINE_VERBS, type LineVerb, type LineVerbs, type Output, perform } from './verbs.ts';
