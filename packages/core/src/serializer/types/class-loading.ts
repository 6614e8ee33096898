import { CheckpointError } from "../../errors.ts";
import { type ClassName, traitsOf } from "./class-table.ts";
import { STRUCTURAL_CLASSES } from "./langgraph-stand-ins.ts";
import { NEEDS } from "../tags.ts";

/** The prototype of a class in the table; throws `UNSUPPORTED_FORMAT` for one that is not available. */
export type Prototypes = (name: ClassName) => object;

type Exports = Readonly<Record<string, unknown>>;

interface Source {
  /** The bit of `NEEDS`. */
  readonly need: number;
  load(): Promise<Exports>;
  /** Modules are looked up once; one that is missing is looked up again, since it may get installed. */
  exports?: Exports;
}

// The imports are in `try` with their names spelled out, so that bundlers include the modules where they are
// installed and only warn where they are not.
const SOURCES: readonly Source[] = [
  {
    need: NEEDS.messages,
    async load() {
      try {
        return await import("@langchain/core/messages");
      } catch (cause) {
        throw notInstalled("messages", cause);
      }
    },
  },
  {
    need: NEEDS.documents,
    async load() {
      try {
        return await import("@langchain/core/documents");
      } catch (cause) {
        throw notInstalled("documents", cause);
      }
    },
  },
  {
    need: NEEDS.langgraph,
    // The entry for the web: the same classes, without setting up Node's context tracking.
    async load() {
      try {
        return await import("@langchain/langgraph/web");
      } catch {
        return {};
      }
    },
  },
];

/** What instances need, if all of it was imported before. */
export function loadedPrototypes(needs: number): Prototypes | undefined {
  return SOURCES.every(({ need, exports }) => (needs & need) === 0 || exports) ? prototypeOf : undefined;
}

/**
 * Imports what instances need, and only that.
 *
 * @throws CheckpointError `UNSUPPORTED_FORMAT` when LangChain is needed and not installed.
 */
export async function loadPrototypes(needs: number): Promise<Prototypes> {
  for (const source of SOURCES) if (needs & source.need) source.exports ??= await source.load();
  return prototypeOf;
}

/** Looking into a module takes longer. */
const prototypes = new Map<ClassName, object>();

function prototypeOf(name: ClassName): object {
  const known = prototypes.get(name);
  if (known !== undefined) return known;
  const found = SOURCES.find(({ need }) => need === traitsOf(name).needs)?.exports?.[name];
  if (typeof found === "function") {
    prototypes.set(name, found.prototype as object);
    return found.prototype as object;
  }
  const structural = STRUCTURAL_CLASSES.get(name);
  if (structural !== undefined) return structural.prototype;
  throw new CheckpointError(
    "UNSUPPORTED_FORMAT",
    `stored value holds a LangChain ${name}, which the installed \`@langchain/core\` does not have; update it`,
  );
}

function notInstalled(what: string, cause: unknown): CheckpointError {
  return new CheckpointError(
    "UNSUPPORTED_FORMAT",
    `stored value holds LangChain ${what}; install \`@langchain/core\` (version 1) to read it`,
    { cause },
  );
}
