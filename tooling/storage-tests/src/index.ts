export { survivesClockSteps } from "./clock-steps.ts";
export { refusesBombs } from "./bombs.ts";
export { agreesWithMemory, type StorageUnderTest } from "./differential.ts";
export { survivesRollback } from "./rolled-back.ts";
