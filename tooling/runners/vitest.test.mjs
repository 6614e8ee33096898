import { conformance } from "@threadmark/conformance";
import { afterAll, describe, it } from "vitest";
import { subject } from "./subject.mjs";

conformance({ ...subject, runner: { describe, it, afterAll } });
