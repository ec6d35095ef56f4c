import React from 'react';

import { countStates, handedIn, type ISubmission } from './data';
import { Pages } from './pages';
import type { ITableProps } from './props';
import { SubmissionRows } from './row';
import {
  chosen,
  clicked,
  EVERYBODY,
  type IChoice,
  type IOrder,
  type SortKey
} from './rows';

const PAGE = 50;

type IChooseProps = ITableProps & {
  choice: IChoice;
  onChange: (choice: IChoice) => void;
};

/**
 * Everybody of the class, or those whom the reader looks for. It is drawn anew only with new submissions: while a class
 * is graded, the model tells of something new a thousand times.
 */
export const SubmissionTable = React.memo(function SubmissionTable(
  props: ITableProps
): JSX.Element {
  const { submissions, trans } = props;
  const [choice, setChoice] = React.useState(EVERYBODY);
  const states = countStates(submissions.rows);
  // A state in which nobody is any more filters nothing.
  const state = states.has(choice.state) ? choice.state : '';
  const rows = chosen(submissions.rows, { ...choice, state });
  return (
    <>
      {handedIn(submissions).length === 0 && (
        <p className="tt-Navigator-quiet">
          {trans.__('Nothing was handed in yet. Collect, or collect a file.')}
        </p>
      )}
      {submissions.rows.length > 0 && (
        <>
          <Choice {...props} {...{ choice, states }} onChange={setChoice} />
          <Pages rows={rows} of={choice} size={PAGE} trans={trans}>
            {shown => (
              <Table
                {...props}
                {...{ choice, rows: shown }}
                onChange={setChoice}
              />
            )}
          </Pages>
        </>
      )}
    </>
  );
});

function Choice(
  props: IChooseProps & { states: Map<string, number> }
): JSX.Element {
  const { submissions, choice, states, onChange, trans } = props;
  const { state, query } = choice;
  const set = (change: Partial<IChoice>) => onChange({ ...choice, ...change });
  return (
    <div className="tt-Grading-choice">
      <input
        type="search"
        className="jp-mod-styled"
        aria-label={trans.__('Search students')}
        placeholder={trans.__('Search students')}
        value={query}
        onChange={event => set({ query: event.target.value })}
        onKeyDown={event => event.key === 'Escape' && set({ query: '' })}
      />
      <label>
        {trans.__('Show')}
        <select
          className="jp-mod-styled"
          value={states.has(state) ? state : ''}
          onChange={event => set({ state: event.target.value })}
        >
          <option value="">
            {trans.__('all (%1)', submissions.rows.length)}
          </option>
          {[...states].map(([each, count]) => (
            <option key={each} value={each}>
              {`${each} (${count})`}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Table(props: IChooseProps & { rows: ISubmission[] }): JSX.Element {
  const { rows, choice, onChange, name, trans } = props;
  const heads: [SortKey, string][] = [
    ['student', trans.__('Student')],
    ['state', trans.__('State')],
    ['score', trans.__('Points')],
    ['handedIn', trans.__('Handed in')]
  ];
  return (
    <table className="tt-Submissions">
      <caption className="tt-sr-only">
        {trans.__('Submissions of %1; the heads of the columns sort', name)}
      </caption>
      <thead>
        <tr>
          {heads.map(([key, head]) => (
            <Head
              key={key}
              column={key}
              name={head}
              order={choice.order}
              onClick={() =>
                onChange({ ...choice, order: clicked(choice.order, key) })
              }
            />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <SubmissionRows key={row.student} {...props} row={row} />
        ))}
        {rows.length === 0 && (
          <tr>
            <td colSpan={heads.length}>{trans.__('Nobody fits.')}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Head(props: {
  column: SortKey;
  name: string;
  order: IOrder | null;
  onClick: () => void;
}): JSX.Element {
  const { column, name, onClick } = props;
  const order = props.order?.key === column ? props.order : null;
  const direction = order?.descending ? 'descending' : 'ascending';
  return (
    <th scope="col" aria-sort={order === null ? 'none' : direction}>
      <button type="button" onClick={onClick}>
        {name}
        <span aria-hidden="true">
          {order === null ? '' : order.descending ? '▾' : '▴'}
        </span>
      </button>
    </th>
  );
}
