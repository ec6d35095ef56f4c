import React from 'react';

import { formatSeconds } from '../format';
import type { IItem } from './data';
import type { IGradingPartProps } from './props';
import { scoreText } from './texts';
import { useAnswer } from './use-answer';

/** How each test went over all submissions: which exercise is broken, and which tells nobody apart. */
export function Items(props: IGradingPartProps): JSX.Element {
  const { model, submissions, actions, trans } = props;
  const ask = React.useCallback(() => model.items(), [model]);
  const { answer, error } = useAnswer(ask, submissions);
  return (
    <>
      {error !== null && <p role="alert">{error}</p>}
      {answer === null ? (
        <p role="status">{error === null ? trans.__('Reading…') : ''}</p>
      ) : (
        <>
          <ItemTable {...props} items={answer.items} />
          <button
            type="button"
            className="jp-mod-styled"
            onClick={() => actions.save(answer.file)}
          >
            {trans.__('Tests as CSV')}
          </button>
        </>
      )}
    </>
  );
}

function ItemTable(props: IGradingPartProps & { items: IItem[] }): JSX.Element {
  const { items, name, trans } = props;
  const heads: [string, string][] = [
    [trans.__('Test'), trans.__('In the order of the notebook')],
    [trans.__('Pass'), trans.__('Submissions with all of its points')],
    [trans.__('Mean'), trans.__('Points')],
    [trans.__('CPU'), trans.__('Median time of the test')],
    [
      trans.__('Discrimination'),
      trans.__(
        'Correlation with the score of the other tests: near 0 it tells nobody apart, well below 0 those fail it who are good at the others'
      )
    ],
    [
      trans.__('Most common first error'),
      trans.__('And in how many submissions')
    ]
  ];
  return (
    <table className="tt-Items">
      <caption className="tt-sr-only">{trans.__('Tests of %1', name)}</caption>
      <thead>
        <tr>
          {heads.map(([head, hint]) => (
            <th key={head} scope="col" title={hint}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map(item => (
          <ItemRow key={item.gradeId} {...props} item={item} />
        ))}
      </tbody>
    </table>
  );
}

function ItemRow(props: IGradingPartProps & { item: IItem }): JSX.Element {
  const { item, trans } = props;
  const { passRate, discrimination, firstError, times, remark } = item;
  return (
    <tr data-remark={remark !== ''}>
      <th scope="row">
        <code>{item.gradeId}</code>
        {remark !== '' && <span className="tt-Items-remark">{remark}</span>}
      </th>
      <td>
        <span className="tt-BarCell">
          <span className="tt-Bar" aria-hidden="true">
            <span style={{ width: `${passRate}%` }} />
          </span>
          <span className="tt-Items-figure">{`${Math.round(passRate)} %`}</span>
        </span>
      </td>
      <td>{scoreText(item.meanScore, item.points, trans)}</td>
      <td>{formatSeconds(item.cpuS)}</td>
      <td>{correlationText(discrimination)}</td>
      <td>{firstError !== '' && `${firstError} (${times})`}</td>
    </tr>
  );
}

/** Two digits, never -0.00; a dash where there is none. */
function correlationText(value: number | null): string {
  return value === null ? '–' : value.toFixed(2).replace(/^-(0\.00)$/, '$1');
}
