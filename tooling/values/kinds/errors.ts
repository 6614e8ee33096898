import { AssertionError, strictEqual } from "node:assert";
import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { isError } from "../checks.ts";
import type { Kind } from "../kinds.ts";

class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

async function errorOf(fail: () => unknown): Promise<unknown> {
  try {
    await fail();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

const inside = (result: { e: unknown }): unknown => result.e;

export const errorKinds: readonly Kind[] = [
  {
    name: "an error with a cause",
    make: () => new Error("x", { cause: new TypeError("y") }),
    becomes: "exact",
  },
  { name: "`AggregateError`", make: () => new AggregateError([new Error("a")], "m"), becomes: "exact" },
  {
    name: "a Node error with a code",
    make: async () => ({ e: await errorOf(() => readFile("/nope")) }),
    becomes: "exact",
  },
  {
    name: "the error of a failed `fetch`",
    make: async () => ({ e: await errorOf(() => fetch("http://127.0.0.1:1/")) }),
    becomes: "exact",
  },
  {
    name: "`AssertionError`",
    make: async () => ({ e: await errorOf(() => strictEqual(1, 2)) }),
    becomes: "exact",
    check: isError(AssertionError, { code: "ERR_ASSERTION", actual: 1, expected: 2 }, inside),
  },
  {
    name: "`DOMException`",
    make: () => ({ e: new DOMException("aborted", "AbortError") }),
    becomes: "exact",
    check: isError(DOMException, { name: "AbortError", message: "aborted" }, inside),
  },
  {
    name: "your own error class",
    make: () => ({ e: new ApiError("bad", 500) }),
    becomes: "an Error with the same name, message, stack, cause and own fields",
    check: isError(Error, { name: "ApiError", message: "bad", status: 500 }, inside),
  },
  {
    name: "Node's `AbortError`",
    make: async () => ({ e: await errorOf(() => wait(1, 0, { signal: AbortSignal.abort() })) }),
    becomes: "an Error with the same name, message, stack, cause and own fields",
    check: isError(Error, { name: "AbortError", code: "ABORT_ERR" }, inside),
  },
];
