import { createRequire } from "node:module";

import * as langgraph from "@langchain/langgraph";
import { DeltaSnapshot, isDeltaSnapshot } from "@langchain/langgraph-checkpoint";
import { Serializer } from "@threadmark/core";
import { describe, expect, it } from "vitest";

import { expectExact } from "./round-trip.ts";

const { Command, isCommand, Overwrite, Send } = langgraph;

const serializer = new Serializer();

async function roundTrip<T>(value: T): Promise<T> {
  return (await serializer.decode(serializer.encode(value))) as T;
}

const rich = (): Record<string, unknown> => ({
  when: new Date(1),
  map: new Map([[1, [2n]]]),
  none: undefined,
});

describe("LangGraph's values", () => {
  it("Send comes back as the class that decides in routers", async () => {
    const send = new Send("worker", rich(), { timeout: 500 });
    const result = await expectExact([send, send]);
    expect(result[0]).toBeInstanceOf(Send);
    expect(result[0]!.toJSON()).toEqual(send.toJSON());
    await expectExact(new Send("worker", undefined));
  });

  it("Command comes back with its sends, and converts itself", async () => {
    const command = new Command({
      graph: Command.PARENT,
      update: { list: [1], ...rich() },
      resume: { answer: new Set([1]) },
      goto: [new Send("a", rich()), "b"],
    });
    const result = await expectExact({ command });
    expect(isCommand(result.command)).toBe(true);
    expect(result.command).toBeInstanceOf(Command);
    expect((result.command.goto as langgraph.Send[])[0]).toBeInstanceOf(Send);
    expect(result.command._updateAsTuples()).toEqual(command._updateAsTuples());
    expect(result.command.toJSON()).toEqual(command.toJSON());
    await expectExact(new Command({ resume: 0 }));
    await expectExact(new Command({}));
  });

  it("Overwrite comes back in both of its forms", async () => {
    const overwrite = new Overwrite([rich()]);
    const result = await expectExact({ overwrite, form: { __overwrite__: [1] } });
    expect(result.overwrite).toBeInstanceOf(Overwrite);
    expect(Overwrite.isInstance(result.overwrite)).toBe(true);
    expect(result.overwrite.value).toEqual(overwrite.value);
  });

  it("DeltaSnapshot comes back as what LangGraph takes for one", async () => {
    const snapshot = new DeltaSnapshot([rich(), rich()]);
    const result = await roundTrip({ snapshot });
    expect(isDeltaSnapshot(result.snapshot)).toBe(true);
    expect(result.snapshot).toEqual(snapshot);
    expect(Object.getPrototypeOf(result.snapshot)).not.toBe(Object.prototype);
    // What came back is stored as the same again.
    expect(Buffer.compare(serializer.encode(result), serializer.encode({ snapshot }))).toBe(0);
  });

  it("interrupts and final values are plain data", async () => {
    await expectExact([
      { id: "abc", value: { question: "ok?", ...rich() } },
      { value: 1, save: rich(), __lg_type: "__pregel_final" },
    ]);
  });

  it("of another copy of LangGraph.js are known too", async () => {
    const cjs = createRequire(import.meta.url)("@langchain/langgraph") as typeof langgraph;
    expect(cjs.Send).not.toBe(Send);
    const values = {
      send: new cjs.Send("n", { a: 1 }),
      command: new cjs.Command({ update: { a: 1 }, goto: "n" }),
      overwrite: new cjs.Overwrite(5),
    };
    const result = await roundTrip(values);
    expect(result).toEqual(values);
    expect(cjs.isCommand(result.command)).toBe(true);
    expect(cjs.Overwrite.isInstance(result.overwrite)).toBe(true);
    expect(result.send).toBeInstanceOf(Send);
  });

  it("refer to each other and to themselves", async () => {
    const args: Record<string, unknown> = { a: 1 };
    const send = new Send("n", {});
    send.args = args;
    args["send"] = send;
    const command = new Command({ update: { send } });
    command.goto = [send];
    await expectExact([command, send, args]);
  });
});
