import type { ComponentChildren } from 'preact';
import type { Report } from '../../state/types.ts';
import { number, percent, range, t } from '../../state/words.ts';

/** Inside of size, let in a minute of target, present of waiting, a newcomer's wait, turns that reached the site. */
export function FiveNumbers({ report }: { readonly report: Report }) {
  const { inside, size, let_in: letIn, counters, newcomers_wait: wait, reached } = report;
  return (
    <dl class="five">
      <Five name={t('five.inside')} of={size === null ? t('five.no_limit') : t('five.of', { value: number(size) })}>
        {number(inside)}
      </Five>
      <Five
        name={t('five.let_in')}
        of={
          letIn.target_per_minute === null
            ? t('five.last_minute')
            : t('five.of_target', { value: number(letIn.target_per_minute) })
        }
      >
        {number(letIn.last_minute)}
      </Five>
      <Five name={t('five.present')} of={t('five.of_waiting', { value: number(counters.waiting) })}>
        {number(counters.present)}
      </Five>
      <Five name={t('five.wait')} of={wait ? t('five.newcomer') : t('five.unknown')}>
        {wait ? range(wait.low, wait.high) : '–'}
      </Five>
      <Five name={t('five.reached')} of={t('five.of_turns', { turns: reached.turns })}>
        {reached.share === null ? '–' : percent(reached.share)}
      </Five>
    </dl>
  );
}

interface FiveProps {
  readonly name: string;
  readonly of: string;
  readonly children: ComponentChildren;
}

function Five({ name, of, children }: FiveProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children} <small>{of}</small>
      </dd>
    </div>
  );
}
