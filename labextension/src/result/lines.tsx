import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatCount, formatPercent, formatSeconds, share } from '../format';
import type { ILine, ILineProfile } from '../records';
import { Disclosure } from './disclosure';
import { TimeBar } from './bars';
import { Code, DataTable, type IColumn } from './table';
import type { IMeasurementViewProps } from './view';

/** Time line by line, in the cell and in the functions that it called. */
export function Lines(props: IMeasurementViewProps): JSX.Element | null {
  const { trans } = props;
  const profiles = props.measurement.lines.filter(
    profile => profile.lines.length > 0
  );
  if (profiles.length === 0) {
    return null;
  }
  return (
    <Disclosure
      title={trans.__('Lines')}
      summary={
        props.measurement.traced
          ? trans.__(
              'times include the cost of the line profiler and of tracing'
            )
          : trans.__('times include the cost of the line profiler')
      }
      className="tt-Lines"
    >
      <p className="tt-Hint">
        {trans.__(
          'Compare lines with each other, not with measurements without --lines: a line that runs often pays most.'
        )}
      </p>
      {profiles.map((profile, index) => (
        <Profile key={index} profile={profile} trans={trans} />
      ))}
    </Disclosure>
  );
}

function Profile(props: {
  profile: ILineProfile;
  trans: TranslationBundle;
}): JSX.Element {
  const { profile, trans } = props;
  const total = profile.lines.reduce((sum, line) => sum + line.wall_s, 0);
  const name =
    profile.name === 'cell' ? trans.__('this cell') : `${profile.name}()`;
  return (
    <div className="tt-Part">
      <p className="tt-Part-name">
        {name} <span>{formatSeconds(total)}</span>
        {profile.name !== 'cell' && !profile.in_cell && (
          <span>{trans.__('defined in another cell')}</span>
        )}
      </p>
      <DataTable
        caption={trans.__('Time of each line of %1', name)}
        className="tt-LineTable"
        columns={columns(profile.lines, total, trans)}
        rows={profile.lines}
        first={25}
        trans={trans}
      />
    </div>
  );
}

function columns(
  lines: ILine[],
  total: number,
  trans: TranslationBundle
): IColumn<ILine>[] {
  const most = Math.max(...lines.map(line => line.wall_s));
  return [
    { name: trans.__('Line'), kind: 'number', cell: row => row.line },
    {
      name: trans.__('Source'),
      kind: 'source',
      cell: row => <Code source={row.source} />
    },
    {
      name: trans.__('Time'),
      kind: 'bar',
      cell: ({ wall_s }) => <TimeBar seconds={wall_s} most={most} />
    },
    {
      name: trans.__('Share'),
      kind: 'number',
      cell: row => formatPercent(share(row.wall_s, total))
    },
    {
      name: trans.__('Hits'),
      hint: trans.__('How often the line ran'),
      kind: 'number',
      cell: row => formatCount(row.hits)
    },
    {
      name: trans.__('Per hit'),
      kind: 'number',
      cell: row => (row.hits > 0 ? formatSeconds(row.wall_s / row.hits) : '')
    }
  ];
}
