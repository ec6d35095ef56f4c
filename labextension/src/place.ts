import { PageConfig } from '@jupyterlab/coreutils';

/** Names the server and the folder that it was started in, for what this browser remembers of it. */
export function place(): string {
  return PageConfig.getBaseUrl() + PageConfig.getOption('serverRoot');
}
