// For `setupFiles` where test files share a process: each gets its own modules of this repository, which keep state,
// while those of other packages are loaded once.
import { vi } from "vitest";

vi.resetModules();
