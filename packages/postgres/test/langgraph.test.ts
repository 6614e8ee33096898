import { langGraphSuite } from "@threadmark/langgraph-tests";
import { countTests } from "@threadmark/services";
import { describe } from "vitest";
import { onPGlite, onServers } from "./saver-under-test.ts";

for (const { name, server, open } of [...onServers.slice(0, 1), onPGlite]) {
  describe(name, () => {
    countTests(server);
    langGraphSuite({ name, open });
  });
}
