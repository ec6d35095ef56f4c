import React from 'react';

import { total, type IPoints } from './data';
import type { IModulePartProps } from './panel-props';

/** What the module is worth, beside the whole class: tests that run, answers that a person reads, and both. */
export function PointsTable(props: IModulePartProps): JSX.Element {
  const { model, module, trans } = props;
  const all = sum(model.modules.map(each => each.points));
  const rows: [string, (points: IPoints) => number][] = [
    [trans.__('Auto: tests that run'), points => points.auto],
    [trans.__('Manual: answers that you read'), points => points.manual],
    [trans.__('Total'), total]
  ];
  return (
    <table className="tt-ClassPoints">
      <thead>
        <tr>
          <th scope="col">{trans.__('Points')}</th>
          <th scope="col">{trans.__('Module')}</th>
          <th scope="col">{trans.__('Class')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, figure]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{figure(module.points)}</td>
            <td>{figure(all)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function sum(all: IPoints[]): IPoints {
  return all.reduce(
    (a, b) => ({ auto: a.auto + b.auto, manual: a.manual + b.manual }),
    { auto: 0, manual: 0 }
  );
}
