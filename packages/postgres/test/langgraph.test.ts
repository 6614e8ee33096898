import { langGraphSuite, newestOnly } from "@threadmark/langgraph-tests";
import { countTests } from "@threadmark/services";
import { describe } from "vitest";
import { onPGlite, onServers } from "./saver-under-test.ts";

for (const { name, server, open } of onServers.slice(0, 1)) {
  describe(name, () => {
    countTests(server);
    langGraphSuite({ name, open });
  });
}

describe(onPGlite.name, () => {
  countTests(onPGlite.server);
  langGraphSuite(onPGlite, newestOnly);
});
