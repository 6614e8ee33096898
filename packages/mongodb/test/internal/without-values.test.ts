import { inspect } from "node:util";
import { MongoNetworkError, MongoServerError } from "mongodb";
import { MongoServerError as MongoServerError6 } from "mongodb-6";
import { describe, expect, it } from "vitest";
import { withoutValues } from "../../src/without-values.ts";

const VALUE = "a value of somebody else";

describe("errors without what is stored", () => {
  it.each([
    {
      code: 13,
      errmsg: `not authorized on x to execute command { update: "c", updates: [ { u: "${VALUE}" } ] }`,
    },
    { code: 11000, errmsg: `E11000 duplicate key error dup key: { a: "${VALUE}" }`, keyValue: { a: VALUE } },
    { code: 14, errmsg: `Cannot increment with non-numeric argument: {writes: "${VALUE}"}` },
    { code: 121, errmsg: "Document failed validation", errInfo: { details: { consideredValue: VALUE } } },
    { code: 2, errmsg: `failed to parse '${VALUE}'`, errorLabels: ["RetryableWriteError"] },
    { code: 9, errmsg: "wrong", $clusterTime: { signature: VALUE }, somethingNew: [{ value: VALUE }] },
  ])("of the server: $code", (answer) => {
    for (const Class of [MongoServerError, MongoServerError6]) {
      const error = withoutValues(new Class(answer)) as MongoServerError;
      expect(error).toBeInstanceOf(Class);
      expect(error.code).toBe(answer.code);
      expect(error.message.length).toBeGreaterThan(4);
      expect(error.errorLabels).toEqual(answer.errorLabels ?? []);
      expect(`${inspect(error, { depth: 9, showHidden: true })}${JSON.stringify(error)}`).not.toContain(
        VALUE,
      );
    }
  });

  it("of the server, as the cause of another one", () => {
    const cause = new MongoServerError({ errmsg: `not allowed: { a: "${VALUE}" }` });
    expect(inspect(withoutValues(new Error("failed", { cause })))).not.toContain(VALUE);
  });

  it("of the connection: as they are", () => {
    const error = new MongoNetworkError("connect ECONNREFUSED 127.0.0.1:27017");
    expect(withoutValues(error)).toBe(error);
    expect(error.message).toBe("connect ECONNREFUSED 127.0.0.1:27017");
  });
});
