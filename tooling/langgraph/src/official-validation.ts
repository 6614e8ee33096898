import { deltaChannelHistoryTests, validate } from "@langchain/langgraph-checkpoint-validation";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OpenedSaver, SaverUnderTest } from "./saver-under-test.ts";

/** How many tests version 1.1.1 of the official suite has: 718 of `validate`, 8 of the delta history. */
const EXPECTED = 726;

/**
 * Registers every test of LangGraph.js's official validation suite for savers, with the opt-in ones
 * for `getDeltaChannelHistory`, and a last test that all of them were run.
 */
export function officialValidation({ name, open }: SaverUnderTest): void {
  const opened = new Map<BaseCheckpointSaver, OpenedSaver>();
  const initializer = {
    checkpointerName: name,
    async createCheckpointer() {
      const one = await open();
      opened.set(one.saver, one);
      return one.saver;
    },
    async destroyCheckpointer(saver: BaseCheckpointSaver) {
      await opened.get(saver)?.close();
      opened.delete(saver);
    },
  };
  describe(`official validation of ${name}`, () => {
    const official = countingIt();
    useGlobals(official.it);
    validate(initializer);
    deltaChannelHistoryTests(initializer);

    it("runs all official tests and closes every saver it opened", () => {
      expect(official.executed()).toBe(EXPECTED);
      expect(opened.size).toBe(0);
    });
  });
}

type TestBody = (...args: unknown[]) => void | Promise<void>;

/** An `it` as the official suite uses it, which counts. */
function countingIt() {
  let executed = 0;
  const counted =
    (body: TestBody): TestBody =>
    async (...args) => {
      executed += 1;
      await body(...args);
    };
  const register = (title: string, body: TestBody, timeout?: number): void => {
    it(title, counted(body), timeout);
  };
  const each =
    (cases: readonly unknown[]) =>
    (title: string, body: TestBody, timeout?: number): void => {
      it.each([...cases])(title, counted(body), timeout);
    };
  // The official suite skips tests for savers that it knows by name; a saver of ours is none of them.
  const skip = (title: string): never => {
    throw new Error(`the official suite wants to skip: ${title}`);
  };
  return {
    it: Object.assign(register, { each, skip }),
    executed: () => executed,
  };
}

/** The official suite expects its runner in global variables, from registration to the last test. */
function useGlobals(countedIt: unknown): void {
  Object.assign(globalThis, {
    afterAll,
    afterEach,
    beforeAll,
    beforeEach,
    describe,
    expect,
    it: countedIt,
  });
}
