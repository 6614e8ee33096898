import { conformanceOf } from "@threadmark/storage-tests/conformance";
import { onPGlite, onServers } from "./saver-under-test.ts";

conformanceOf([...onServers, onPGlite]);
