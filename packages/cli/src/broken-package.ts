import { CommandError } from "./exit-codes.ts";

/**
 * Why an installed package cannot be used, in a line with what to do.
 *
 * @param name The package.
 * @param error What importing it, or calling it for the first time, has thrown.
 * @returns `undefined` for an error that says nothing about how it is installed.
 */
export function brokenPackage(name: string, error: unknown): CommandError | undefined {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, "code");
  if (code === "ERR_DLOPEN_FAILED" || NATIVE.test(error.message)) {
    return new CommandError(
      `${name} cannot be loaded: its compiled part is missing, or was made for another Node.js or system; ` +
        `run: npm rebuild ${name}`,
    );
  }
  const [, needed] = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND" ? missingIn(error) : [];
  if (needed === undefined) return undefined;
  return new CommandError(`${name} needs ${needed}, which is not installed here; run: npm install ${needed}`);
}

/** What loaders of compiled parts say: `bindings`, `node-gyp-build`, `prebuild-install`, napi-rs, Node.js itself. */
const NATIVE =
  /could not locate the bindings file|no native build was found|failed to load native binding|NODE_MODULE_VERSION|\.node'|invalid ELF header/i;

/** The name of the package in Node.js's message; files have none. */
function missingIn({ message }: Error): readonly string[] {
  return /^Cannot find (?:package|module) '((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/[^']*)?'/.exec(message) ?? [];
}
