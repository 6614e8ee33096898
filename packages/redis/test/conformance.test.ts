import { conformanceOf } from "@threadmark/storage-tests/conformance";
import { withNewestDriver } from "./saver-under-test.ts";

conformanceOf(withNewestDriver);
