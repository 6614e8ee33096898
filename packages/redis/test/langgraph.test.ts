import { langGraphSuite } from "@threadmark/langgraph-tests";
import { countTests } from "@threadmark/services";
import { describe } from "vitest";
import { subjects } from "./saver-under-test.ts";

for (const { name, server, open } of subjects.slice(0, 1)) {
  describe(name, () => {
    countTests(server);
    langGraphSuite({ name, open });
  });
}
