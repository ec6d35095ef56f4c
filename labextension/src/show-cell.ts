import { NotebookActions, type Notebook } from '@jupyterlab/notebook';

/** Makes the cell the active one, shows it and gives it the focus; false if there is no such cell. */
export async function showCell(
  notebook: Notebook,
  cellId: string
): Promise<boolean> {
  const index = notebook.widgets.findIndex(({ model }) => model.id === cellId);
  if (index < 0) {
    return false;
  }
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  await notebook.scrollToItem(index, 'smart');
  await NotebookActions.focusActiveCell(notebook);
  return true;
}
