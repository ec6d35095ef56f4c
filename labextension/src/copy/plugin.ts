import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';

import { CommandIDs } from '../commands';
import { imageIcon } from '../icons';
import { savedResult, type ISavedResult } from '../saved';
import { copyPicture, copyText } from './clipboard';
import { measurementPng } from './png';

/** Commands that copy the result of the active cell; the buttons of a result do the same. */
export function addCopying(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  trans: TranslationBundle
): void {
  const { commands } = app;
  const result = (): ISavedResult | null =>
    notebooks.activeCell === null
      ? null
      : savedResult(notebooks.activeCell.model);
  const describedBy = { args: { type: 'object', properties: {} } };

  commands.addCommand(CommandIDs.copyText, {
    label: trans.__('Copy the Measurement of This Cell as Text'),
    icon: copyIcon,
    isEnabled: () => typeof result()?.text === 'string',
    // In the menu of a cell it stands only where there is something to copy.
    isVisible: args => !args['menu'] || result() !== null,
    execute: async () => {
      await copyText(result()?.text ?? '');
      tell(trans.__('The measurement is on the clipboard.'));
    },
    describedBy
  });
  commands.addCommand(CommandIDs.copyImage, {
    label: trans.__('Copy the Measurement of This Cell as an Image'),
    icon: imageIcon,
    isEnabled: () => result() !== null,
    execute: async () => {
      const saved = result();
      if (saved === null) {
        return;
      }
      const picture = await measurementPng(saved.measurement, trans);
      const done = await copyPicture(picture, 'measurement.png');
      tell(
        done === 'copied'
          ? trans.__('The picture is on the clipboard.')
          : trans.__('The picture was saved as measurement.png.')
      );
    },
    describedBy
  });
}

function tell(message: string): void {
  Notification.success(message, { autoClose: 3000 });
}
