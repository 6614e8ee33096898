import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createJiti } from "jiti";
import { brokenPackage } from "./broken-package.ts";
import { CommandError } from "./exit-codes.ts";

export type Module = Readonly<Record<string, unknown>>;

/** Imports a package as a module in a folder would. */
export type Load = (name: string) => Promise<Module>;

/** Packages that are not installed. */
export class MissingPackage extends CommandError {
  readonly packages: readonly string[];

  private constructor(message: string, packages: readonly string[]) {
    super(message);
    this.packages = packages;
  }

  static of(packages: readonly string[]): MissingPackage {
    const names = packages.length === 1 ? "the package" : "the packages";
    const are = packages.length === 1 ? "is" : "are";
    return new MissingPackage(
      `${names} ${packages.join(" and ")} ${are} not installed here; run: npm install ${packages.join(" ")}`,
      packages,
    );
  }
}

/**
 * Packages from the project in `folder`, or else those installed with this command.
 *
 * @throws CommandError of the returned function, for a package that is not installed, or not completely: with the command
 * that installs it.
 */
export function packagesFrom(folder: string): Load {
  const places = [pathToFileURL(join(folder, "threadmark.js")), new URL(import.meta.url)];
  const jiti = createJiti(import.meta.url);
  const conditions = ["node", "import", ...givenConditions()];
  return async (name) => {
    for (const parentURL of places) {
      const url = jiti.esmResolve(name, { parentURL, conditions, try: true });
      if (url) return await importing(name, url);
    }
    throw MissingPackage.of([name]);
  };
}

async function importing(name: string, url: string): Promise<Module> {
  try {
    return (await import(url)) as Module;
  } catch (error) {
    throw brokenPackage(name, error) ?? error;
  }
}

/** Those that Node itself was started with. */
function givenConditions(): string[] {
  const words = [...process.execArgv, ...(process.env["NODE_OPTIONS"] ?? "").split(" ")];
  return words.flatMap((word, i) => {
    if (word.startsWith("--conditions=")) return [word.slice("--conditions=".length)];
    return word === "--conditions" || word === "-C" ? [words[i + 1] ?? ""] : [];
  });
}
