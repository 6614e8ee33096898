export { langGraphSuite } from "./graph-suite.ts";
export { officialValidation } from "./official-validation.ts";
export type { OpenedSaver, SaverUnderTest } from "./saver-under-test.ts";
export { newestOnly } from "./versions.ts";
