/** How many wait in the long lines of `scale`, `ahead`, `memory` and `draw`: a million, or as many as BENCH_LINE says. */
const given = process.env.BENCH_LINE;

export const isUsual = given === undefined;
export const LINE_LENGTH = isUsual ? 1_000_000 : Number(given);
if (!Number.isInteger(LINE_LENGTH) || LINE_LENGTH < 200_000 || LINE_LENGTH % 10_000 !== 0) {
  throw new Error(`BENCH_LINE is ${given}. It has to be 200000 or more, in ten thousands.`);
}
