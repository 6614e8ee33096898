export { STEPS, survivesClockSteps, useSteppingClock } from "./clock-steps.ts";
export { refusesBombs } from "./bombs.ts";
