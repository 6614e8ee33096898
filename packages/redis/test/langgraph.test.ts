import { langGraphSuite } from "@threadmark/langgraph-tests";
import { countTests } from "@threadmark/services";
import { describe } from "vitest";
import { subjects } from "./saver-under-test.ts";

// One server, and a cluster, whose keys lie on several.
const chosen = subjects.filter(({ server }, index) => index === 0 || server.kind === "redis-cluster");
for (const { name, server, open } of chosen) {
  describe(name, () => {
    countTests(server);
    langGraphSuite({ name, open });
  });
}
