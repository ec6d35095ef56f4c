/** Ids of our commands; palette, toolbar, shortcuts and tests refer to them. */
export namespace CommandIDs {
  export const openNavigator = 'tinytorch:open-navigator';
  export const openModule = 'tinytorch:open-module';
  export const refreshCourse = 'tinytorch:refresh-course';
  export const toggleMeasure = 'tinytorch:toggle-measure';
  export const cleanTime = 'tinytorch:clean-time';
  export const copyText = 'tinytorch:copy-result-text';
  export const copyImage = 'tinytorch:copy-result-image';
  export const measureAll = 'tinytorch:measure-all';
}
