import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attempt, Sessions, Use, UseOutcome } from '#waiting-room/line/sessions.ts';
import { markBack, newSessions, useSerial } from '#waiting-room/line/sessions.ts';

const MINUTE = 60_000;

/** An admission whose browsers look at nothing but what is issued to them. */
function admission({ limit = 3, revocable = true } = {}) {
  let sessions: Sessions | null = null;
  let time = 1000 * MINUTE;

  function use(serial: number, more: Partial<Use> = {}) {
    const current = sessions ?? newSessions(serial);
    const used = useSerial(current, { serial, limit, attempt: 0, revocable, ...more }, time);
    if (used.serial > 0) sessions = current;
    return used;
  }
  /** Goes round as often as it is told. */
  function insist(serial: number): { outcome: UseOutcome; serial: number } {
    for (const attempt of [0, 1, 2] satisfies Attempt[]) {
      const used = use(serial, { attempt });
      if (used.outcome !== 'pending') return used;
    }
    throw new Error('still pending');
  }
  /** What was issued with the serial is used at the site. */
  function redeem(serial: number, browser = ''): boolean {
    sessions ??= newSessions(serial);
    return markBack(sessions, serial, browser, time);
  }
  return {
    use,
    insist,
    redeem,
    list: () => sessions?.list ?? [],
    browsers: () => sessions?.browsers ?? 0,
    nextMinute: () => {
      time += MINUTE;
    },
  };
}

describe('a serial', () => {
  test('advances with each use', () => {
    const { use } = admission();
    expect(use(0)).toEqual({ outcome: 'opened', serial: 2 });
    expect(use(2)).toEqual({ outcome: 'opened', serial: 3 });
    expect(use(3)).toEqual({ outcome: 'opened', serial: 4 });
  });

  test('is 1 for a visitor whom the join itself admitted', () => {
    const { use, redeem } = admission();
    expect(redeem(1)).toBe(true);
    expect(use(1)).toEqual({ outcome: 'opened', serial: 2 });
  });

  test('that comes again is sent round, until it has come often enough to show that the answer was lost', () => {
    const { use } = admission();
    const first = use(0);
    expect(use(0).outcome).toBe('pending');
    expect(use(0, { attempt: 1 }).outcome).toBe('pending');
    expect(use(0, { attempt: 2 })).toEqual({ outcome: 'repeated', serial: first.serial + 1 });
  });

  test('that another tab of the browser has used meanwhile has advanced after one round', () => {
    const { use } = admission();
    const one = use(0);
    const tab = use(0);
    expect(tab.outcome).toBe('pending');
    // The browser has what the first tab was given.
    expect(use(one.serial, { attempt: 1 }).outcome).toBe('opened');
  });

  test('voids the answer that was lost, and what is issued instead is valid', () => {
    const { use, insist, redeem } = admission();
    const lost = use(0);
    const again = insist(0);
    expect(redeem(lost.serial)).toBe(false);
    expect(redeem(again.serial)).toBe(true);
  });

  test('stays valid for what was issued before it, however often the browser went on since', () => {
    const { use, redeem } = admission();
    const issued = [use(0).serial];
    for (let tab = 0; tab < 5; tab++) issued.push(use(issued.at(-1) ?? 0).serial);
    expect(issued.map((serial) => redeem(serial))).toEqual(issued.map(() => true));
  });

  test('is a copy once what was issued with it is used: it gets a session of its own, up to the limit', () => {
    const { use, insist, redeem, browsers } = admission();
    redeem(use(0).serial);
    for (const copy of [2, 3]) {
      const forked = insist(0);
      expect(forked.outcome).toBe('forked');
      expect(browsers()).toBe(copy);
      redeem(forked.serial);
    }
    expect(insist(0)).toEqual({ outcome: 'copied', serial: 0 });
    expect(browsers()).toBe(3);
  });

  test('that was issued and copied counts its browser as well, which may be none of those that came with it', () => {
    const { use, insist, redeem, browsers } = admission({ limit: 4 });
    const { serial } = use(0);
    redeem(serial);
    redeem(use(serial).serial);
    const forked = insist(serial);
    expect([forked.outcome, browsers()]).toEqual(['forked', 3]);
    redeem(forked.serial);
    redeem(insist(serial).serial);
    expect(browsers()).toBe(4);
    expect(insist(serial).outcome).toBe('copied');
  });

  test('is a copy at once where nothing shows that the answer was lost', () => {
    const { use, insist } = admission({ revocable: false });
    use(0);
    expect([insist(0), insist(0), insist(0)].map(({ outcome }) => outcome)).toEqual(['forked', 'forked', 'copied']);
  });

  test('is a copy with a limit of one', () => {
    const { use, insist, redeem } = admission({ limit: 1 });
    redeem(use(0).serial);
    expect(insist(0).outcome).toBe('copied');
  });

  test('that is not known to be issued is the newest: the store lost its last writes', () => {
    const { use, insist, redeem, browsers } = admission();
    use(0);
    expect(use(77)).toEqual({ outcome: 'opened', serial: 78 });
    expect(redeem(80)).toBe(true);
    expect(use(80)).toEqual({ outcome: 'opened', serial: 81 });
    expect(browsers()).toBe(1);
    expect(insist(78).outcome).toBe('forked');
  });

  test('is free ten times a minute', () => {
    const { use, nextMinute } = admission();
    let { serial } = use(0);
    for (let more = 0; more < 10; more++) ({ serial } = use(serial));
    expect(use(serial)).toEqual({ outcome: 'busy', serial: 0 });
    nextMinute();
    expect(use(serial).outcome).toBe('opened');
  });

  test('whose answers are lost is free ten times a minute as well', () => {
    const { use, insist } = admission();
    use(0);
    const outcomes = Array.from({ length: 11 }, () => insist(0).outcome);
    expect(outcomes).toEqual([...Array(10).fill('repeated'), 'busy']);
  });
});

describe('a browser that takes over', () => {
  test('is the only one: nothing else is valid, and the others see a copy', () => {
    const { use, insist, redeem, list } = admission();
    const honest = use(0);
    redeem(honest.serial);
    const copies: number[] = [];
    for (let copy = 0; copy < 2; copy++) {
      const { serial } = insist(0);
      redeem(serial);
      copies.push(serial);
    }
    const over = use(0, { takeOver: true });
    expect(over.outcome).toBe('taken over');
    expect(list()).toHaveLength(1);
    expect(redeem(honest.serial)).toBe(false);
    for (const copy of copies) expect(insist(copy).outcome).toBe('copied');
    expect(redeem(over.serial)).toBe(true);
    expect(use(over.serial).outcome).toBe('opened');
  });

  test('leaves no room for others, also where there was some', () => {
    const { use, insist } = admission();
    const honest = use(0);
    use(0, { takeOver: true });
    expect(insist(honest.serial).outcome).toBe('copied');
  });

  test('may do so ten times a minute', () => {
    const { use } = admission();
    use(0);
    const outcomes = Array.from({ length: 11 }, () => use(0, { takeOver: true }).outcome);
    expect(outcomes).toEqual([...Array(10).fill('taken over'), 'busy']);
  });

  test('may take back from a thief what the thief takes again, ten times a minute together', () => {
    const { use, redeem, nextMinute } = admission();
    const stolen = use(0).serial;
    redeem(stolen);
    const jars = { owner: stolen, thief: stolen };
    const takeOver = (who: 'owner' | 'thief') => {
      const used = use(jars[who], { takeOver: true });
      if (used.serial > 0) jars[who] = used.serial;
      return used.outcome;
    };
    for (let turn = 0; turn < 5; turn++) {
      expect([takeOver('owner'), takeOver('thief')]).toEqual(['taken over', 'taken over']);
      expect(redeem(jars.owner)).toBe(false);
    }
    expect(takeOver('owner')).toBe('busy');
    expect(redeem(jars.thief)).toBe(true);
    nextMinute();
    expect(takeOver('owner')).toBe('taken over');
    expect([redeem(jars.owner), redeem(jars.thief)]).toEqual([true, false]);
  });

  test('knows the answer with its serial to be lost, like any browser', () => {
    const { use, insist } = admission();
    use(0);
    use(0, { takeOver: true });
    expect(insist(0).outcome).toBe('repeated');
  });
});

/** What may happen to a request of a tab. */
const request = fc.record({
  tab: fc.nat(3),
  /** The answer comes to the browser, or is lost. */
  isLost: fc.boolean(),
  /** What was issued is used, if the browser got it. */
  isRedeemed: fc.boolean(),
  /** A minute passes before. */
  later: fc.boolean(),
});

describe('one browser', () => {
  test('is never taken for a copy, whichever answers are lost, in any number of tabs', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
        const { use, redeem, browsers, nextMinute } = admission();
        let jar = 0;
        /** The serial that each tab has sent, and how often it has. */
        const sent = new Map<number, { serial: number; times: number }>();
        for (const { tab, isLost, isRedeemed, later } of requests) {
          if (later) nextMinute();
          const before = sent.get(tab);
          const times = before?.serial === jar ? before.times : 0;
          const used = use(jar, { attempt: Math.min(times, 2) as Attempt });
          sent.set(tab, { serial: jar, times: used.outcome === 'pending' ? times + 1 : 0 });
          expect(['opened', 'repeated', 'pending', 'busy']).toContain(used.outcome);
          if (used.serial === 0 || isLost) continue;
          // The browser has the answer before the site has what is in it.
          jar = used.serial;
          if (isRedeemed) expect(redeem(used.serial)).toBe(true);
        }
        expect(browsers()).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('copies of one browser', () => {
  test.each([
    ['before it was admitted', 0],
    ['once it is inside', 1],
    ['after it came back', 2],
  ])(
    'made %s are never more at the site than the limit, whatever they do, unless they share cookies',
    (_when, uses) => {
      const move = fc.record({
        copy: fc.nat(19),
        attempt: fc.constantFrom<Attempt>(0, 1, 2),
        isRedeemed: fc.boolean(),
      });
      fc.assert(
        fc.property(fc.array(move, { maxLength: 200 }), fc.integer({ min: 2, max: 6 }), (moves, limit) => {
          const { use, redeem, nextMinute } = admission({ limit });
          let stolen = 0;
          const inside = new Set<number>();
          for (let before = 0; before < uses; before++) {
            stolen = use(stolen).serial;
            expect(redeem(stolen)).toBe(true);
            inside.add(0);
          }
          // The first one is the browser itself.
          const jars = Array.from({ length: 20 }, () => stolen);
          const issued = jars.map((): number[] => []);
          for (const { copy, attempt, isRedeemed } of moves) {
            nextMinute();
            const used = use(jars[copy] ?? 0, { attempt });
            if (used.serial > 0) {
              jars[copy] = used.serial;
              issued[copy]?.push(used.serial);
            }
            if (isRedeemed && issued[copy]?.some((serial) => redeem(serial))) inside.add(copy);
          }
          expect(inside.size).toBeLessThanOrEqual(limit);
        }),
        { numRuns: 1000 },
      );
    },
  );
});
