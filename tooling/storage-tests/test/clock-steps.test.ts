import { MemorySaver } from "@threadmark/memory";
import { survivesClockSteps } from "../src/index.ts";

survivesClockSteps((options) => new MemorySaver(options));
