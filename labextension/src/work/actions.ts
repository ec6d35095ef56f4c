import type { IModule } from '../course/course';

/** What the buttons of one module do. Nothing rejects: what goes wrong is said in the panel. */
export interface IModuleActions {
  open: (module: IModule) => void;
  test: (module: IModule) => void;
  complete: (module: IModule) => void;
  use: (module: IModule, mine: boolean) => void;
  update: (module: IModule) => void;
  feedback: (module: IModule) => void;
  /** Goes to a cell of the module's notebook. */
  jump: (module: IModule, cellId: string) => void;
  /** Shows the menu of the other actions below the element. */
  more: (module: IModule, below: HTMLElement) => void;
  restartKernels: () => void;
}
