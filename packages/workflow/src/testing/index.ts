export { crashEverywhere, type CrashOptions, type CrashReport } from "./crash-everywhere.ts";
export { FakeClock } from "./fake-clock.ts";
export { mockTask, type MockedTask } from "./mock-task.ts";
export { replay, type ReplayReport } from "./replay.ts";
