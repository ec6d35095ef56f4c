import React from 'react';

import { countStates, type ISubmission } from './data';
import type { IGradingPartProps } from './props';
import { SubmissionRows } from './row';

/** Rows that are shown at once: a page of a thousand is slow to read and to draw. */
const FIRST = 200;
const ALL = '';

/** Everybody of the class, or those in one state. */
export function SubmissionTable(props: IGradingPartProps): JSX.Element {
  const { submissions, trans } = props;
  const [state, setState] = React.useState(ALL);
  const [all, setAll] = React.useState(false);
  const states = countStates(submissions.rows);
  // A state in which nobody is any more filters nothing.
  const wanted = states.has(state) ? state : ALL;
  const rows = submissions.rows.filter(
    row => wanted === ALL || row.state === wanted
  );
  const shown = all ? rows : rows.slice(0, FIRST);
  if (submissions.rows.length === 0) {
    return (
      <p className="tt-Navigator-quiet">
        {trans.__('Nothing was handed in yet. Collect, or collect a file.')}
      </p>
    );
  }
  return (
    <>
      <StateChoice
        {...props}
        states={states}
        value={wanted}
        onChange={setState}
      />
      <Table {...props} rows={shown} />
      {shown.length < rows.length && (
        <button type="button" className="tt-Link" onClick={() => setAll(true)}>
          {trans.__('%1 more', rows.length - shown.length)}
        </button>
      )}
    </>
  );
}

function StateChoice(
  props: IGradingPartProps & {
    states: Map<string, number>;
    value: string;
    onChange: (state: string) => void;
  }
): JSX.Element {
  const { submissions, states, value, onChange, trans } = props;
  return (
    <label className="tt-Grading-choice">
      {trans.__('Show')}
      <select
        className="jp-mod-styled"
        value={value}
        onChange={event => onChange(event.target.value)}
      >
        <option value={ALL}>
          {trans.__('all (%1)', submissions.rows.length)}
        </option>
        {[...states].map(([state, count]) => (
          <option key={state} value={state}>
            {`${state} (${count})`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Table(
  props: IGradingPartProps & { rows: ISubmission[] }
): JSX.Element {
  const { rows, name, trans } = props;
  const heads = [
    trans.__('Student'),
    trans.__('State'),
    trans.__('Points'),
    trans.__('Handed in')
  ];
  return (
    <table className="tt-Submissions">
      <caption className="tt-sr-only">
        {trans.__('Submissions of %1', name)}
      </caption>
      <thead>
        <tr>
          {heads.map(head => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <SubmissionRows key={row.student} {...props} row={row} />
        ))}
      </tbody>
    </table>
  );
}
