import type { ClassName } from "./class-table.ts";
import type { HostClass } from "../host.ts";

/*
 * Stand-ins for LangGraph's classes. LangGraph itself knows these values by their fields, so that they survive any
 * serializer, with one exception: if a function of the application passes on a `Send` that it found in the state,
 * `instanceof` decides. So the real classes are used where LangGraph.js can be imported, and these where it cannot,
 * for programs that inspect or copy threads without it. `DeltaSnapshot` is never compared by class, and is always
 * made from here.
 */

class Send {
  declare lg_name: string;
  declare node: string;
  declare args: unknown;
  declare timeout: unknown;

  toJSON(): object {
    return { lg_name: this.lg_name, node: this.node, args: this.args, timeout: this.timeout };
  }
}

class Command {
  declare lg_name: string;
  declare update: unknown;
  declare resume: unknown;
  declare goto: unknown;

  _updateAsTuples(): [string, unknown][] {
    const { update } = this;
    if (Array.isArray(update)) {
      const areTuples = update.every((item) => Array.isArray(item) && item.length === 2);
      if (areTuples) return update as [string, unknown][];
    } else if (typeof update === "object" && update !== null) {
      return Object.entries(update);
    }
    return [["__root__", update]];
  }

  toJSON(): object {
    return { lg_name: this.lg_name, update: this.update, resume: this.resume, goto: this.goto };
  }
}

class Overwrite {
  declare lg_name: string;
  declare __overwrite__: unknown;

  get value(): unknown {
    return this.__overwrite__;
  }

  toJSON(): object {
    return { __overwrite__: this.__overwrite__ };
  }
}

class DeltaSnapshot {
  declare lg_name: string;
  declare value: unknown;
}

export const STRUCTURAL_CLASSES: ReadonlyMap<ClassName, HostClass> = new Map<ClassName, HostClass>([
  ["Send", Send],
  ["Command", Command],
  ["Overwrite", Overwrite],
  ["DeltaSnapshot", DeltaSnapshot],
]);
