import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import {
  formatBytes,
  formatBytesChange,
  formatSeconds,
  share
} from '../format';
import type { IMeasurement, IStatement } from '../measurement';
import { Disclosure } from './disclosure';
import { tracingWords } from './tile-texts';
import type { IMeasurementViewProps } from './view';

/** More statements than these are shown on demand. */
const FIRST_ROWS = 10;

/** Time and memory of each top-level statement, on its source. A cell of one statement has it all in the tiles. */
export function Statements(props: IMeasurementViewProps): JSX.Element | null {
  const { measurement, trans } = props;
  const [all, setAll] = React.useState(false);
  const { statements, statements_total: total } = measurement;
  if (total < 2 || statements.length === 0) {
    return null;
  }
  const rows = all ? statements : statements.slice(0, FIRST_ROWS);
  const summary =
    statements.length < total
      ? trans.__('%1 of %2 reached', statements.length, total)
      : '';
  return (
    <Disclosure
      title={trans.__('Statements')}
      summary={summary}
      className="tt-Statements"
    >
      <StatementTable rows={rows} measurement={measurement} trans={trans} />
      {statements.length > FIRST_ROWS && (
        <button
          type="button"
          className="tt-Statements-more"
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all
            ? trans.__('Show the first %1', FIRST_ROWS)
            : trans.__('Show all %1', statements.length)}
        </button>
      )}
    </Disclosure>
  );
}

interface IStatementTableProps {
  rows: IStatement[];
  measurement: IMeasurement;
  trans: TranslationBundle;
}

function StatementTable(props: IStatementTableProps): JSX.Element {
  const { measurement, trans } = props;
  const all = measurement.statements;
  const wallMost = Math.max(...all.map(s => s.wall_s));
  const peaks = all.map(s => s.peak_bytes ?? 0);
  // The cell's own peak too: the statement that made it may not have been traced to its end.
  const peakMost = Math.max(measurement.peak_bytes ?? 0, ...peaks);
  const tracing = tracingWords(measurement, trans).join(' ');
  return (
    <table className="tt-Statements-table">
      <caption className="tt-sr-only">
        {trans.__('Time and memory of each statement of the cell')}
      </caption>
      <thead>
        <tr>
          <th scope="col">{trans.__('Line')}</th>
          <th scope="col">{trans.__('Statement')}</th>
          <th scope="col">
            {trans.__('Wall time')}
            {tracing && <div>{tracing}</div>}
          </th>
          <th scope="col">{trans.__('Peak')}</th>
          <th scope="col">{trans.__('Kept')}</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((statement, index) => (
          <StatementRow
            key={index}
            statement={statement}
            wallMost={wallMost}
            peakMost={peakMost}
            state={measurement.state}
            trans={trans}
          />
        ))}
      </tbody>
    </table>
  );
}

interface IStatementRowProps {
  statement: IStatement;
  /** The largest wall time and peak of all statements: the length of a full bar. */
  wallMost: number;
  peakMost: number;
  state: IMeasurement['state'];
  trans: TranslationBundle;
}

function StatementRow(props: IStatementRowProps): JSX.Element {
  const { statement, trans } = props;
  const { wall_s, peak_bytes, net_bytes } = statement;
  const unknown = trans.__('not measured');
  return (
    <tr data-state={statement.done ? 'done' : props.state}>
      <td className="tt-Statements-line">{statement.line}</td>
      <th scope="row" className="tt-Statements-source">
        <code title={statement.source}>{statement.source}</code>
        {!statement.done && (
          <span className="tt-Statements-mark">
            {unfinishedText(props.state, trans)}
          </span>
        )}
      </th>
      <td>
        <Bar kind="wall" length={share(wall_s, props.wallMost)} />
        {formatSeconds(wall_s)}
      </td>
      <td data-known={peak_bytes !== null}>
        {peak_bytes !== null && (
          <Bar kind="peak" length={share(peak_bytes, props.peakMost)} />
        )}
        {peak_bytes === null ? unknown : formatBytes(peak_bytes)}
      </td>
      <td data-known={net_bytes !== null}>
        {net_bytes === null ? unknown : formatBytesChange(net_bytes)}
      </td>
    </tr>
  );
}

function unfinishedText(
  state: IMeasurement['state'],
  trans: TranslationBundle
): string {
  if (state === 'running') {
    return trans.__('running');
  }
  return state === 'interrupted'
    ? trans.__('interrupted')
    : trans.__('raised the error');
}

/** The figure stands beside it, so the bar itself is hidden from screen readers. */
function Bar(props: { kind: 'wall' | 'peak'; length: number }): JSX.Element {
  return (
    <span className="tt-Bar" data-kind={props.kind} aria-hidden="true">
      <span style={{ width: `${100 * props.length}%` }} />
    </span>
  );
}
