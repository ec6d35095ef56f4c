import type { INotebookTracker } from '@jupyterlab/notebook';
import type { ServiceManager, Session } from '@jupyterlab/services';

/** Restarts every Python kernel of this server: those of open notebooks, and the others. */
export async function restartPythonKernels(
  services: ServiceManager.IManager,
  notebooks: INotebookTracker | null
): Promise<void> {
  const { sessions, kernelspecs } = services;
  await sessions.refreshRunning();
  const isPython = (name: string) =>
    kernelspecs.specs?.kernelspecs[name]?.language === 'python';
  const restarts: Promise<void>[] = [];
  const restarted = new Set<string>();
  notebooks?.forEach(({ sessionContext }) => {
    const kernel = sessionContext.session?.kernel;
    if (kernel && isPython(kernel.name) && !restarted.has(kernel.id)) {
      restarted.add(kernel.id);
      restarts.push(sessionContext.restartKernel());
    }
  });
  for (const model of [...sessions.running()]) {
    const kernel = model.kernel;
    if (kernel && isPython(kernel.name) && !restarted.has(kernel.id)) {
      restarted.add(kernel.id);
      restarts.push(restartSession(sessions, model));
    }
  }
  await Promise.all(restarts);
}

async function restartSession(
  sessions: Session.IManager,
  model: Session.IModel
): Promise<void> {
  const connection = sessions.connectTo({ model });
  try {
    await connection.kernel?.restart();
  } finally {
    connection.dispose();
  }
}
