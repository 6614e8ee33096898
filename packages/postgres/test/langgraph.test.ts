import { langGraphSuite } from "@threadmark/langgraph-tests";
import { countTests } from "@threadmark/services";
import { describe } from "vitest";
import { onPGlite, onServers } from "./saver-under-test.ts";

for (const { name, server, open } of [...onServers, onPGlite]) {
  describe(name, () => {
    countTests(server);
    langGraphSuite({ name, open });
  });
}
