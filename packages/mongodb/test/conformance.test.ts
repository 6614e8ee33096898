import { conformanceOf } from "@threadmark/storage-tests/conformance";
import { otherWays, withNewestDriver } from "./saver-under-test.ts";

conformanceOf([...withNewestDriver, ...otherWays]);
