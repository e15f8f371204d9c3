/** What the waiting room refuses to undo. */
import { AnteroomError } from './errors.ts';

/** Nothing that an operator did in the room can be undone at this moment. */
export class NothingToUndo extends AnteroomError {
  constructor(room: string) {
    super('nothing_to_undo', `Nothing can be undone in the room "${room}" at this moment.`);
  }
}

/** Something else is what an undo would undo. */
export class UndoStale extends AnteroomError {
  constructor(room: string) {
    super(
      'undo_stale',
      `Something else happened in the room "${room}" since. Read again what can be undone, and repeat the request.`,
    );
  }
}

/** The hour in which a reset can be undone is over. */
export class UndoExpired extends AnteroomError {
  constructor(room: string) {
    super('undo_expired', `The line of the room "${room}" was reset more than an hour ago. It is kept no longer.`);
  }
}

/** The line of before a reset would let the same place be used twice. */
export class LetInSinceReset extends AnteroomError {
  constructor(room: string) {
    super('let_in_since_reset', `Somebody was let into the room "${room}" since the reset, so it cannot be undone.`);
  }
}

/** The line of before a reset does not fit into the room as it is by now. */
export class LineDoesNotFit extends AnteroomError {
  constructor(room: string, lane?: string) {
    super(
      'line_does_not_fit',
      lane === undefined
        ? `The line of before has more visitors inside, or with a turn, than the size of the room "${room}" by now.`
        : `The line of before has a lane "${lane}", and the room "${room}" does not have it any more.`,
    );
  }
}
