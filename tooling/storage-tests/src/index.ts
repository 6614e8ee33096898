export { survivesClockSteps } from "./clock-steps.ts";
export { refusesBombs } from "./bombs.ts";
