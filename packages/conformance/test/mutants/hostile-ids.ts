import { alterCheckpoint, alterPut, alterTuples, alterValues, omit, placeOf } from "./alter.ts";
import { changeThreadIds } from "./isolation.ts";
import { patch, type Mutant } from "./mutant.ts";

/** put refuses what a test of its place says. */
function refuse(
  isRefused: (place: ReturnType<typeof placeOf>) => boolean,
): NonNullable<Mutant["breakSaver"]> {
  return (saver) => {
    patch(saver, "put", (put) => async (config, ...rest) => {
      if (isRefused(placeOf(config))) throw new Error("the id has characters that mean something");
      return put(config, ...rest);
    });
  };
}

/** What Postgres makes of text that is read as bytea. */
function unescape(text: string): string {
  return text.replaceAll(/\\x(\d\d)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

export const hostileIdMutants: readonly Mutant[] = [
  {
    name: "thread ids with brackets are refused",
    clause: "hostile-ids/threads",
    breakSaver: refuse(({ thread }) => thread.includes("[")),
  },
  {
    name: "namespaces with brackets are refused",
    clause: "hostile-ids/namespaces",
    breakSaver: refuse(({ namespace }) => namespace.includes("[")),
  },
  {
    name: "backslashes in checkpoint ids are read as escapes",
    clause: "hostile-ids/checkpoints",
    breakSaver(saver) {
      alterTuples(saver, (tuple) => {
        const { configurable } = tuple.config;
        const id = unescape(placeOf(tuple.config).id ?? "");
        return { ...tuple, config: { configurable: { ...configurable, checkpoint_id: id } } };
      });
    },
  },
  {
    name: "backslashes in task ids are read as escapes",
    clause: "hostile-ids/tasks",
    breakSaver(saver) {
      alterTuples(saver, (tuple) => ({
        ...tuple,
        pendingWrites: (tuple.pendingWrites ?? []).map(([task, ...rest]) => [unescape(task), ...rest]),
      }));
    },
  },
  {
    name: "backslashes in channel names are read as escapes",
    clause: "hostile-ids/channels",
    breakSaver(saver) {
      alterValues(saver, (values) =>
        Object.fromEntries(Object.entries(values).map(([name, value]) => [unescape(name), value])),
      );
    },
  },
  {
    name: "keys of metadata without a name are dropped",
    clause: "hostile-ids/metadata-keys",
    breakSaver(saver) {
      alterPut(saver, (config, checkpoint, metadata, versions) => {
        return [config, checkpoint, omit(metadata, ""), versions];
      });
    },
  },
  {
    name: "a thread named __proto__ is accepted and not kept",
    clause: "hostile-ids/ids-named-like-object-members",
    breakSaver(saver) {
      patch(saver, "put", (put) => async (config, ...rest) => {
        return placeOf(config).thread === "__proto__" ? config : put(config, ...rest);
      });
    },
  },
  {
    name: "channels are put into a plain object by assignment",
    clause: "hostile-ids/keys-named-like-object-members",
    breakSaver(saver) {
      alterValues(saver, (values) => {
        const assigned: Record<string, unknown> = {};
        for (const [name, value] of Object.entries(values)) assigned[name] = value;
        return assigned;
      });
    },
  },
  {
    name: "thread ids are cut",
    clause: "hostile-ids/long-ids",
    breakSaver(saver) {
      changeThreadIds(saver, (id) => (typeof id === "string" ? id.slice(0, 255) : id));
    },
  },
  {
    name: "NUL is removed from thread ids",
    clause: "hostile-ids/what-cannot-be-text-is-kept-or-refused",
    breakSaver(saver) {
      changeThreadIds(saver, (id) => (typeof id === "string" ? id.replaceAll("\0", "") : id));
    },
  },
  {
    name: "channels with NUL in their name are dropped",
    clause: "hostile-ids/channels-with-nul-are-kept-or-refused",
    breakSaver(saver) {
      alterCheckpoint(saver, ({ channel_values: values }) => ({
        channel_values: Object.fromEntries(Object.entries(values).filter(([name]) => !name.includes("\0"))),
      }));
    },
  },
];
