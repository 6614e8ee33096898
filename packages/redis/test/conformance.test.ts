import { conformanceOf } from "@threadmark/storage-tests/conformance";
import { subjects } from "./saver-under-test.ts";

conformanceOf(subjects);
