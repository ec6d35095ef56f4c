/** Ids of our commands; palette, toolbar, shortcuts and tests refer to them. */
export namespace CommandIDs {
  export const openNavigator = 'tinytorch:open-navigator';
  export const openModule = 'tinytorch:open-module';
  export const refreshCourse = 'tinytorch:refresh-course';
  export const goOn = 'tinytorch:continue-course';
  export const searchModules = 'tinytorch:search-modules';
  export const openMilestone = 'tinytorch:open-milestone';
  export const makeFolder = 'tinytorch:make-course-folder';
  export const testModule = 'tinytorch:test-module';
  export const completeModule = 'tinytorch:complete-module';
  export const cancelRun = 'tinytorch:cancel-run';
  export const useMine = 'tinytorch:use-mine';
  export const useReference = 'tinytorch:use-reference';
  export const compareModule = 'tinytorch:compare-module';
  export const submitModule = 'tinytorch:submit-module';
  export const updateModule = 'tinytorch:update-module';
  export const updateAll = 'tinytorch:update-all-modules';
  export const updateFrom = 'tinytorch:update-from-file';
  export const resetModule = 'tinytorch:reset-module';
  export const goToCell = 'tinytorch:go-to-cell';
  export const showHint = 'tinytorch:show-hint';
  export const openFeedback = 'tinytorch:open-feedback';
  export const restartKernels = 'tinytorch:restart-kernels';
  export const toggleMeasure = 'tinytorch:toggle-measure';
  export const cleanTime = 'tinytorch:clean-time';
  export const copyText = 'tinytorch:copy-result-text';
  export const copyImage = 'tinytorch:copy-result-image';
  export const openClass = 'tinytorch:open-class';
  export const refreshClass = 'tinytorch:refresh-class';
  export const releaseModule = 'tinytorch:release-module';
  export const previewModule = 'tinytorch:preview-student-version';
  export const openSubmissions = 'tinytorch:open-submissions';
  export const zipReleases = 'tinytorch:zip-releases';
  export const measureAll = 'tinytorch:measure-all';
}
