import { Serializer } from "@threadmark/core";
import { expect } from "vitest";

import { difference } from "./exact.ts";

const serializer = new Serializer();

/** Encodes and decodes, and expects the same value back in everything. */
export async function expectExact<T>(value: T, using: Serializer = serializer): Promise<T> {
  const result = await using.decode(using.encode(value));
  const found = difference(value, result);
  expect(found).toBeUndefined();
  return result as T;
}

/** The error of a call that is expected to fail with one. */
export async function failure(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("the call did not fail");
}
