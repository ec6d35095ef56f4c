import type { TranslationBundle } from '@jupyterlab/translation';

import type { IClassModule } from './data';
import type { ClassModel } from './model';
import type { ReleaseModel } from './release-model';

/** What the buttons of the panel do. Nothing rejects: what goes wrong is said in the panel or in a notification. */
export interface IClassActions {
  /** Opens the author's file, at a line if it is not 0. */
  openFile: (module: IClassModule, line: number) => void;
  release: (module: IClassModule) => void;
  preview: (module: IClassModule) => void;
  /** Shows the submissions, where they are collected and graded. */
  submissions: (module: IClassModule) => void;
  zip: () => void;
  download: (path: string) => void;
}

/** What each part of the panel is given. */
export interface IClassViewProps {
  model: ClassModel;
  releases: ReleaseModel;
  actions: IClassActions;
  trans: TranslationBundle;
}

/** What each part of the selected module is given. */
export interface IModulePartProps extends IClassViewProps {
  module: IClassModule;
}
