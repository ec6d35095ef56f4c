import type { TranslationBundle } from '@jupyterlab/translation';
import { infoIcon } from '@jupyterlab/ui-components';
import React from 'react';

import {
  formatBytes,
  formatCount,
  formatFlops,
  formatSeconds,
  threeDigits
} from '../format';
import type { IInsight } from '../records';
import { More } from './more';
import type { IMeasurementViewProps } from './view';

/** More sentences than these are shown on demand. */
const FIRST_SENTENCES = 3;

/** What follows from the figures, each sentence with those that it rests on. */
export function Understand(props: IMeasurementViewProps): JSX.Element | null {
  const { trans } = props;
  const { understand } = props.measurement;
  const [all, setAll] = React.useState(false);
  const headId = React.useId();
  if (understand.length === 0) {
    return null;
  }
  const shown = all ? understand : understand.slice(0, FIRST_SENTENCES);
  return (
    <div className="tt-Understand" role="group" aria-labelledby={headId}>
      <div className="tt-Understand-head" id={headId}>
        {trans.__('Understand')}
      </div>
      <ul>
        {shown.map(insight => (
          <Sentence key={insight.rule} insight={insight} trans={trans} />
        ))}
      </ul>
      {understand.length > FIRST_SENTENCES && (
        <More
          all={all}
          onChange={setAll}
          texts={{
            less: trans.__('Less'),
            more: trans.__('%1 more', understand.length - FIRST_SENTENCES)
          }}
        />
      )}
    </div>
  );
}

function Sentence(props: {
  insight: IInsight;
  trans: TranslationBundle;
}): JSX.Element {
  const { insight, trans } = props;
  const [open, setOpen] = React.useState(false);
  const id = React.useId();
  const figures = Object.entries(insight.figures);
  const lastSpace = insight.text.lastIndexOf(' ') + 1;
  return (
    <li data-rule={insight.rule}>
      {insight.text.slice(0, lastSpace)}
      {/* The button never stands on a line of its own. */}
      <span className="tt-Understand-end">
        {insight.text.slice(lastSpace)}
        {figures.length > 0 && (
          <button
            type="button"
            className="tt-Understand-why"
            aria-expanded={open}
            aria-controls={id}
            aria-label={trans.__('Which figures?')}
            title={trans.__('Which figures?')}
            onClick={() => setOpen(!open)}
          >
            <infoIcon.react tag="span" />
          </button>
        )}
      </span>
      {figures.length > 0 && (
        <dl id={id} className="tt-Figures" hidden={!open}>
          {figures.map(([name, value]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{figureText(name, value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

/** A figure in the unit that its field's name ends with. */
function figureText(name: string, value: number | string): string {
  if (typeof value === 'string') {
    return value;
  }
  const rate = name.endsWith('_per_s') ? '/s' : '';
  const quantity = rate === '' ? name : name.slice(0, -'_per_s'.length);
  if (quantity.endsWith('bytes')) {
    return `${formatBytes(value)}${rate}`;
  }
  if (quantity.endsWith('flops')) {
    return `${formatFlops(value)}${rate}`;
  }
  if (name.endsWith('_s') && rate === '') {
    return formatSeconds(value);
  }
  return Number.isInteger(value) ? formatCount(value) : threeDigits(value);
}
