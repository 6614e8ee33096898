import { conformance } from "@threadmark/core/conformance";
import { afterAll, describe, it } from "vitest";
import { subject } from "./subject.mjs";

conformance({ ...subject, runner: { describe, it, afterAll } });
