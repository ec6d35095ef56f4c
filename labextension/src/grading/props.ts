import type { TranslationBundle } from '@jupyterlab/translation';

import type { IGradesFile, ISubmissions } from './data';
import type { GradingModel } from './model';

/** What the buttons do that needs more than the model. Nothing rejects. */
export interface IGradingActions {
  /** Opens a feedback page, or downloads the zip. */
  openPage: (path: string) => void;
  download: (path: string) => void;
  /** Takes in the file that the user chose. */
  collectFile: (file: File) => void;
  /** Saves the grades on the user's own disk. */
  saveGrades: (anonymous: boolean) => void;
  /** Saves a file that is here already. */
  save: (file: IGradesFile) => void;
}

export interface IGradingViewProps {
  model: GradingModel;
  /** E.g. "01 Tensor". */
  name: string;
  actions: IGradingActions;
  trans: TranslationBundle;
}

/** What each part is given. */
export interface IGradingPartProps extends IGradingViewProps {
  submissions: ISubmissions;
}

/** What the table is given, and its rows. */
export interface ITableProps extends IGradingPartProps {
  /** Something goes on, so that nothing else can be begun. */
  busy: boolean;
}
