import { langGraphSuite, newestOnly } from "@threadmark/langgraph-tests";
import { countTests } from "@threadmark/services";
import { describe } from "vitest";
import { withNewestDriver } from "./saver-under-test.ts";

for (const { name, server, open } of withNewestDriver.slice(0, 1)) {
  describe(name, () => {
    countTests(server);
    langGraphSuite({ name, open }, newestOnly);
  });
}
