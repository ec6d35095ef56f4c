/** The prediction in the metadata of a real code cell. */

import { createStandaloneCell, type YCodeCell } from '@jupyter/ydoc';
import { Cell, CodeCell, CodeCellModel } from '@jupyterlab/cells';
import {
  RenderMimeRegistry,
  standardRendererFactories
} from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import { act } from 'react';
import { beforeEach, expect, test } from 'vitest';

import { saidNow } from '../../labextension/src/complexity/asking';
import { digest } from '../../labextension/src/complexity/prediction';
import { MIME_TYPE } from '../../labextension/src/complexity/result';
import { complexityFactory } from '../../labextension/src/mime';
import { expectHidden, expectShown, predict, skip } from './complexity-dom';
import { complexity, running } from './complexity-samples';
import { click, find } from './dom';

const SOURCE = '%%complexity n\nwork(n)';

beforeEach(() => {
  document.body.innerHTML = '';
  saidNow.clear();
});

/** A real code cell with the sweep as its output, as JupyterLab builds it. */
async function inCell(data: unknown, model: CodeCellModel): Promise<CodeCell> {
  const rendermime = new RenderMimeRegistry({
    initialFactories: standardRendererFactories
  });
  rendermime.addFactory(complexityFactory, 0);
  const contentFactory = new Cell.ContentFactory({
    editorFactory: options =>
      ({
        model: options.model,
        getOption: () => false,
        setOption: () => undefined,
        setBaseOptions: () => undefined,
        dispose: () => undefined
      }) as never
  });
  const cell = new CodeCell({
    model,
    rendermime,
    contentFactory
  });
  act(() => Widget.attach(cell, document.body));
  await setOutput(cell, data);
  return cell;
}

async function setOutput(cell: CodeCell, data: unknown): Promise<void> {
  const output = {
    output_type: 'display_data',
    data: { [MIME_TYPE]: data },
    metadata: {}
  };
  await act(async () => {
    const { outputs } = cell.model;
    if (outputs.length === 0) {
      outputs.add(output as never);
    } else {
      outputs.set(0, output as never);
    }
    // JupyterLab renders after the model has changed, not at once.
    await new Promise(resolve => setTimeout(resolve));
  });
}

function cellModel(metadata: object = {}): CodeCellModel {
  const model = new CodeCellModel({
    sharedModel: createStandaloneCell({ cell_type: 'code' }) as YCodeCell
  });
  model.sharedModel.setSource(SOURCE);
  for (const [key, value] of Object.entries(metadata)) {
    model.setMetadata(key, value);
  }
  return model;
}

function stored(changes: object = {}): object {
  return {
    tinytorch: {
      prediction: {
        time: 'n',
        at: '2026-11-22T08:00:00Z',
        source: digest(SOURCE),
        started: 'earlier',
        ...changes
      }
    }
  };
}

test('the answer is kept in the cell', async () => {
  const model = cellModel({ tinytorch: { measure: true } });
  const cell = await inCell(complexity(), model);
  expectHidden(cell.node);
  predict(cell.node, [0, 'n^2']);
  expectShown(cell.node);
  expect(model.getMetadata('tinytorch')).toMatchObject({
    measure: true,
    prediction: { time: 'n^2', source: digest(SOURCE) }
  });
  const { prediction } = model.getMetadata('tinytorch');
  expect(Date.parse(prediction.at)).not.toBeNaN();
  expect('memory' in prediction).toBe(false);
  act(() => cell.dispose());
});

test('skipping is kept too, and predicting again forgets it', async () => {
  const model = cellModel();
  const cell = await inCell(complexity(), model);
  skip(cell.node);
  expect(model.getMetadata('tinytorch').prediction.skipped).toBe(true);
  click(find(cell.node, '[data-action=again]'));
  expectHidden(cell.node);
  expect(model.getMetadata('tinytorch')).toBeUndefined();
  act(() => cell.dispose());
});

test('a reopened notebook does not ask again', async () => {
  const cell = await inCell(complexity(), cellModel(stored()));
  expectShown(cell.node);
  expect(find(cell.node, '.tt-Verdict').dataset['verdict']).toBe('differs');
  act(() => cell.dispose());
});

test('a changed text asks anew', async () => {
  const model = cellModel(stored({ source: digest('%%complexity m\nx') }));
  const cell = await inCell(complexity(), model);
  expectHidden(cell.node);
  act(() => cell.dispose());
});

test('a prediction for the same text counts for the next run, also if the text is edited after it', async () => {
  const model = cellModel(stored());
  const cell = await inCell(running({ started: 'now' }), model);
  expect(cell.node.querySelector('form')).toBeNull();
  expect(model.getMetadata('tinytorch').prediction.started).toBe('now');
  model.sharedModel.setSource(`${SOURCE} + 1`);
  await setOutput(cell, complexity({ started: 'now' }));
  expectShown(cell.node);
  act(() => cell.dispose());
});

test('text that is edited while the sweep runs does not count as predicted', async () => {
  const model = cellModel();
  const cell = await inCell(running(), model);
  model.sharedModel.setSource('%%complexity n\nother(n)');
  predict(cell.node, [0, 'n^2']);
  expect(model.getMetadata('tinytorch').prediction.source).toBe(digest(SOURCE));
  act(() => cell.dispose());
});

test('an answer given elsewhere is seen here', async () => {
  const model = cellModel();
  const cell = await inCell(complexity(), model);
  expectHidden(cell.node);
  act(() => {
    for (const [key, value] of Object.entries(stored())) {
      model.setMetadata(key, value);
    }
  });
  expectShown(cell.node);
  act(() => cell.dispose());
});

test('a view of its own shares the prediction of the cell', async () => {
  const cell = await inCell(complexity(), cellModel());
  const view = cell.cloneOutputArea();
  await act(async () => Widget.attach(view, document.body));
  expectHidden(view.node);
  predict(cell.node, [0, 'n^2']);
  expectShown(view.node);
  act(() => {
    view.dispose();
    cell.dispose();
  });
});

test('a result that another cell shows once more is not asked again', async () => {
  const first = await inCell(complexity(), cellModel());
  predict(first.node, [0, 'n^2']);
  const again = await inCell(complexity(), cellModel());
  expectShown(again.node);
  click(find(again.node, '[data-action=again]'));
  expectHidden(again.node);
  const other = await inCell(complexity({ started: 'other' }), cellModel());
  expectHidden(other.node);
  act(() => [first, again, other].forEach(cell => cell.dispose()));
});
