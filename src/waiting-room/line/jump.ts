/** A clock that is further behind than this has jumped, in ms; less is the difference of two clocks. */
export const JUMP = 5000;
