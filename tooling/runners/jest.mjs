import { afterAll, describe, it } from "@jest/globals";
import { conformance } from "@threadmark/core/conformance";
import { subject } from "./subject.mjs";

conformance({ ...subject, runner: { describe, it, afterAll }, without: ["reopen"] });
