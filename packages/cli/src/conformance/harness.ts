import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { OpenStore, SuiteOptions, TestedSaver } from "@threadmark/conformance";
import { createJiti } from "jiti";
import { CommandError } from "../exit-codes.ts";
import { packagesFrom, type Load, type Module } from "../load.ts";
import { presetOf } from "./presets.ts";
import type { Job } from "./protocol.ts";

/** How to open stores of the saver under test. */
export interface Harness {
  readonly name: string;
  readonly open: OpenStore;
  /** Options of the suite that the file exports as `options`. */
  readonly options: Partial<SuiteOptions>;
}

/**
 * The harness that a file or a package gives, in TypeScript or JavaScript:
 *
 * - a function `open` (`OpenStore` of `@threadmark/conformance`), and optionally `name` and `options`;
 * - a saver, or a function that makes one, as default export or as `saver`;
 * - one class of a saver that can be made without arguments;
 * - the name of a package that this command knows.
 *
 * @throws CommandError if it has none of these.
 */
export async function loadHarness({ target, folder, url }: Job): Promise<Harness> {
  const load = loaderFrom(folder);
  const path = isAbsolute(target) ? target : resolve(folder, target);
  const isFile = existsSync(path);
  if (!isFile && /^[./]/.test(target)) throw new CommandError(`there is no file ${target}`);
  if (!isFile) {
    const preset = presetOf(target);
    if (preset) return { name: target, options: { share: true }, open: await preset(load, url) };
  }
  return harnessOf(target, await load(isFile ? path : target));
}

/** Imports files as well as packages, TypeScript included. */
function loaderFrom(folder: string): Load {
  const load = packagesFrom(folder);
  return async (name) => {
    if (!isAbsolute(name)) return load(name);
    try {
      // Node's own import if that works: the saver then shares its modules with the suite.
      if (!isTypeScript(name) || process.features.typescript)
        return (await import(pathToFileURL(name).href)) as Module;
      const jiti = createJiti(join(folder, "threadmark.js"), { interopDefault: false, tryNative: true });
      return await jiti.import<Module>(name);
    } catch (error) {
      if (isNotFound(error))
        throw new CommandError(`${name} cannot be loaded: ${error.message.split("\n", 1)[0]}`);
      throw error;
    }
  };
}

function isTypeScript(url: string): boolean {
  return /\.[mc]?tsx?$/.test(url);
}

function isNotFound(error: unknown): error is Error {
  const code: unknown = error instanceof Error && Reflect.get(error, "code");
  return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
}

function harnessOf(target: string, module: Module): Harness {
  const exported = { ...asModule(module["default"]), ...module };
  const { open, name = target, options = {} } = exported;
  if (typeof open === "function") {
    return { name: String(name), open: open as OpenStore, options: options as Partial<SuiteOptions> };
  }
  const make = makerIn(module);
  if (!make) {
    throw new CommandError(
      `${target} exports neither a function open, nor a saver, nor a function or class that makes one; ` +
        `threadmark conformance init writes a file to start from`,
    );
  }
  return { name: make.name ?? String(name), open: openOf(make.make), options: make.options };
}

function asModule(value: unknown): Module {
  return typeof value === "object" && value !== null && !isSaver(value) ? (value as Module) : {};
}

interface Maker {
  readonly name: string | undefined;
  readonly make: () => unknown;
  readonly options: Partial<SuiteOptions>;
}

/** A function that gets a saver from what a module exports. */
function makerIn(module: Module): Maker | undefined {
  for (const value of [module["saver"], module["default"]]) {
    // One saver for all clauses must not be closed by one of them.
    if (isSaver(value)) {
      return { name: value.constructor.name, make: () => value, options: { without: ["close"] } };
    }
    if (typeof value === "function" && !isClass(value)) {
      return { name: undefined, make: value as () => unknown, options: {} };
    }
  }
  const classes = Object.values(module).filter(isClass);
  const [only, another] = new Set(classes);
  if (!only || another) return undefined;
  return { name: only.name, make: () => new only(), options: {} };
}

function openOf(make: () => unknown): OpenStore {
  return async (options) => {
    if (options && Object.keys(options).length > 0) return undefined;
    const saver = await make();
    if (!isSaver(saver)) throw new Error("the result is not a saver: it has no put and getTuple");
    return { saver, close: async () => {} };
  };
}

function isSaver(value: unknown): value is TestedSaver {
  if (typeof value !== "object" || value === null) return false;
  return (
    typeof Reflect.get(value, "put") === "function" && typeof Reflect.get(value, "getTuple") === "function"
  );
}

function isClass(value: unknown): value is new () => TestedSaver {
  if (typeof value !== "function") return false;
  const prototype: unknown = value.prototype;
  return typeof prototype === "object" && prototype !== null && "put" in prototype && "getTuple" in prototype;
}
