import { act } from 'react';
import { beforeEach, expect, test, vi } from 'vitest';

import {
  MeasureAllModel,
  type IRunnableCell
} from '../../labextension/src/measure-all/model';
import {
  clicked,
  COSTLIEST_FIRST,
  rowOf,
  sorted,
  type IRow
} from '../../labextension/src/measure-all/rows';
import { MeasureAllView } from '../../labextension/src/measure-all/view';
import { click, find, mount } from './dom';
import { measurement, trans } from './samples';

beforeEach(() => {
  document.body.innerHTML = '';
});

function row(place: number, wall_s: number | null): IRow {
  const m = wall_s === null ? null : measurement({ wall_s });
  return rowOf({ id: `c${place}`, place, source: 'x', failed: false }, m);
}

function cell(
  place: number,
  changes: Partial<IRunnableCell> = {}
): IRunnableCell {
  return {
    id: `c${place}`,
    place,
    source: `cell_${place}()`,
    run: async () => null,
    result: () => measurement({ wall_s: place }),
    mayFail: false,
    ...changes
  };
}

function places(rows: IRow[]): number[] {
  return rows.map(each => each.place);
}

test.each([
  ['%%measure --time\n# make\n\nx = 1', 'x = 1'],
  ['\n%%bash\n', '%%bash'],
  ['  y = 2', 'y = 2']
])(
  'a cell without a label is named by its first line of code (%#)',
  (source, name) => {
    expect(rowOf({ id: 'a', place: 1, source, failed: false }, null).name).toBe(
      name
    );
  }
);

test('the costliest stand first, what was not measured last, in every order', () => {
  const rows = [row(1, 2), row(2, null), row(3, 5), row(4, 2)];
  expect(places(sorted(rows, COSTLIEST_FIRST))).toEqual([3, 1, 4, 2]);
  const up = clicked(COSTLIEST_FIRST, 'wall_s');
  expect(places(sorted(rows, up))).toEqual([1, 4, 3, 2]);
  expect(clicked(up, 'place')).toEqual({ key: 'place', descending: false });
});

test('all cells run in order, and their figures are kept', async () => {
  const order: number[] = [];
  const cells = [1, 2, 3].map(place =>
    cell(place, {
      run: async () => {
        order.push(place);
        return null;
      }
    })
  );
  const model = new MeasureAllModel(vi.fn());
  await model.run(cells);
  expect(order).toEqual([1, 2, 3]);
  expect(model.rows.map(each => each.wall_s)).toEqual([1, 2, 3]);
  expect(model.progress).toEqual({ state: 'done' });
});

test('the first error stops, an expected one does not, a dead kernel does', async () => {
  const model = new MeasureAllModel(vi.fn());
  const never = vi.fn(async () => null);
  const failing = { run: async () => 'ValueError: bad' };
  await model.run([
    cell(1, { ...failing, mayFail: true }),
    cell(2, failing),
    cell(3, { run: never })
  ]);
  expect(never).not.toHaveBeenCalled();
  expect(model.rows.map(each => each.failed)).toEqual([true, true]);
  expect(model.progress).toEqual({
    state: 'failed',
    place: 2,
    reason: 'ValueError: bad',
    total: 3
  });
  await model.run([
    cell(1, { run: () => Promise.reject(new Error('Canceled')) })
  ]);
  expect(model.progress).toMatchObject({ state: 'failed', reason: 'Canceled' });
});

test('cancelling interrupts the running cell and starts no other', async () => {
  let stop: (reason: string) => void = () => undefined;
  const model = new MeasureAllModel(async () => stop('KeyboardInterrupt: '));
  const never = vi.fn(async () => null);
  const running = model.run([
    cell(1, { run: () => new Promise(resolve => (stop = resolve)) }),
    cell(2, { run: never })
  ]);
  await model.run([cell(3, { run: never })]);
  await model.cancel();
  await running;
  expect(never).not.toHaveBeenCalled();
  expect(model.progress).toEqual({ state: 'cancelled', total: 2 });
});

test('the table sorts by a head and goes to the cell of a row', async () => {
  const model = new MeasureAllModel(vi.fn());
  const onJump = vi.fn();
  const { host } = mount(
    <MeasureAllView
      model={model}
      notebook="a.ipynb"
      onJump={onJump}
      onAgain={vi.fn()}
      trans={trans}
    />
  );
  await act(() => model.run([cell(1), cell(2)]));
  const names = () =>
    [...host.querySelectorAll('tbody code')].map(each => each.textContent);
  expect(names()).toEqual(['cell_2()', 'cell_1()']);
  click(find(host, 'thead th:first-child button'));
  expect(names()).toEqual(['cell_1()', 'cell_2()']);
  expect(find(host, 'thead th:first-child').ariaSort).toBe('ascending');
  click(find(host, 'tbody tr:last-child button'));
  expect(onJump).toHaveBeenCalledExactlyOnceWith('c2');
  expect(find(host, '[role=status]').textContent).toBe(
    '2 code cells measured, 3 s in all.'
  );
});
