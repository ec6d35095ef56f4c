import { UseSignal } from '@jupyterlab/ui-components';
import React from 'react';

import { nameOf, total, type IPoints } from './data';
import type { IClassViewProps } from './panel-props';

/** What each module is worth: tests that run, answers that a person reads, and both. */
export function PointsTable(props: IClassViewProps): JSX.Element {
  const { model, trans } = props;
  return (
    <UseSignal signal={model.stateChanged}>
      {() => (
        <table className="tt-Points">
          <caption className="tt-sr-only">
            {trans.__('Points of the modules')}
          </caption>
          <thead>
            <tr>
              <th scope="col">{trans.__('Module')}</th>
              <th scope="col" title={trans.__('Tests that run')}>
                {trans.__('Auto')}
              </th>
              <th scope="col" title={trans.__('Answers that a person reads')}>
                {trans.__('Manual')}
              </th>
              <th scope="col">{trans.__('Total')}</th>
            </tr>
          </thead>
          <tbody>
            {model.modules.map(module => (
              <PointsRow
                key={module.id}
                name={nameOf(module)}
                points={module.points}
              />
            ))}
          </tbody>
          <tfoot>
            <PointsRow
              name={trans.__('All modules')}
              points={sum(model.modules.map(module => module.points))}
            />
          </tfoot>
        </table>
      )}
    </UseSignal>
  );
}

function PointsRow(props: { name: string; points: IPoints }): JSX.Element {
  const { auto, manual } = props.points;
  return (
    <tr>
      <th scope="row">{props.name}</th>
      <td>{auto}</td>
      <td>{manual}</td>
      <td>{total(props.points)}</td>
    </tr>
  );
}

function sum(all: IPoints[]): IPoints {
  return all.reduce(
    (a, b) => ({ auto: a.auto + b.auto, manual: a.manual + b.manual }),
    { auto: 0, manual: 0 }
  );
}
