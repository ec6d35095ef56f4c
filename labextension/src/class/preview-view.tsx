import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { AskedSection } from '../parts/asked-section';
import { nameOf, type IClassModule, type IPreview } from './data';
import { FaultList } from './faults';
import type { IClassActions } from './panel-props';
import { PreviewCell } from './preview-cell';
import type { PreviewModel } from './preview-model';
import { changedCells, hasRelease, previewText } from './preview-texts';

export interface IPreviewViewProps {
  model: PreviewModel;
  module: IClassModule;
  actions: IClassActions;
  trans: TranslationBundle;
}

/** What students would get, cell by cell, beside what they have now. */
export function PreviewView(props: IPreviewViewProps): JSX.Element {
  const { model, module, trans } = props;
  return (
    <AskedSection
      model={model}
      className="tt-Compare tt-Preview"
      label={trans.__('Student version')}
      heading={trans.__('%1: what students get', nameOf(module))}
      trans={trans}
    >
      {() =>
        model.preview === null ? (
          <p role="status">
            {model.isLoading ? trans.__('Making the student version…') : ''}
          </p>
        ) : (
          <Content {...props} preview={model.preview} />
        )
      }
    </AskedSection>
  );
}

function Content(
  props: IPreviewViewProps & { preview: IPreview }
): JSX.Element {
  const { preview, trans } = props;
  const { refused } = preview;
  return (
    <>
      <p role="status" className="tt-Preview-sum">
        {refused ?? previewText(preview, trans)}
      </p>
      <FaultList
        {...props}
        label={trans.__('Faults')}
        faults={preview.faults}
      />
      {refused === null && <Cells {...props} />}
    </>
  );
}

function Cells(props: IPreviewViewProps & { preview: IPreview }): JSX.Element {
  const { preview, trans } = props;
  const [onlyChanged, setOnlyChanged] = React.useState(false);
  const released = hasRelease(preview);
  const shown = onlyChanged && released ? changedCells(preview) : preview.cells;
  return (
    <>
      {released && (
        <label className="tt-Preview-choice">
          <input
            type="checkbox"
            checked={onlyChanged}
            onChange={event => setOnlyChanged(event.target.checked)}
          />
          {trans.__('Only cells that change')}
        </label>
      )}
      {shown.length === 0 && <p>{trans.__('No cell changes.')}</p>}
      {shown.map((cell, index) => (
        <PreviewCell
          key={index}
          cell={cell}
          number={preview.cells.indexOf(cell) + 1}
          released={released}
          trans={trans}
        />
      ))}
    </>
  );
}
