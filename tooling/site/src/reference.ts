import { globSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import { Application, Converter, LogLevel, ReflectionKind, type TypeDocOptions } from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";
import { REPOSITORY, root, staged } from "./paths.ts";

/** The folders in which a module's pages are; one module may be in another's folder. */
const KINDS = /^(?:classes|functions|interfaces|type-aliases|variables)[/]/;

/** In the order of the sidebar. */
const PACKAGES = ["memory", "postgres", "mongodb", "redis", "workflow", "core", "conformance"];

/** What the parts of a package are for that are imported separately. */
const PARTS: Readonly<Record<string, string>> = {
  "@threadmark/core/storage": "The storage port, for authors of savers",
  "@threadmark/core/memory": "`MemoryStorage`, the reference implementation of the port",
  "@threadmark/core/comparison": "Where two values differ, strictly",
  "@threadmark/conformance/storage": "The suite for storages",
  "@threadmark/workflow/testing": "Simulated crashes, replays, mocks and a clock for tests of workflows",
};

/** What users and authors of savers import, and the source of each. */
const modules = Object.fromEntries(PACKAGES.flatMap(modulesOf));

/** What a package exports, by the name under which it is imported. */
function modulesOf(name: string): [string, string][] {
  const folder = join("packages", name);
  const { exports } = manifestOf(name);
  return Object.entries(exports).flatMap(([path, target]): [string, string][] => {
    const source = typeof target === "string" ? undefined : target["@threadmark/source"];
    return source ? [[posix.join("@threadmark", name, path), join(folder, source)]] : [];
  });
}

interface Manifest {
  readonly description: string;
  readonly exports: Record<string, string | Record<string, string>>;
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as Manifest;
}

/** A module in the reference, and the pages of what it exports, once they are written. */
export interface ReferenceModule {
  readonly name: string;
  readonly route: string;
  readonly members: readonly { readonly name: string; readonly route: string }[];
}

/** The reference, in the order of the sidebar. */
export function reference(): ReferenceModule[] {
  return Object.keys(modules).map((name) => {
    const files = globSync("*/*.md", { cwd: join(staged, "api", name) }).filter((file) => KINDS.test(file));
    const members = files.map((file) => ({
      name: basename(file, ".md"),
      route: `api/${name}/${file.slice(0, -".md".length)}`,
    }));
    return { name, route: `api/${name}/`, members: members.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
  });
}

/** Writes the API reference from the docstrings. */
export async function writeReference(): Promise<void> {
  const app = await Application.bootstrapWithPlugins(options());
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      const [source] = (module.isDeclaration() && module.sources) || [];
      const found = Object.entries(modules).find(([, file]) => source?.fullFileName === join(root, file));
      if (!found) throw new Error(`no module is made of ${source?.fullFileName}`);
      [module.name] = found;
    }
  });
  const project = await app.convert();
  if (!project) throw new Error("the sources do not compile");
  await app.generateOutputs(project);
  await writeFile(join(staged, "api/index.md"), indexPage());
}

/** The modules with what each is for, in the order of the sidebar. */
function indexPage(): string {
  const rows = Object.keys(modules).map((name) => `| [${name}](${name}/index.md) | ${purposeOf(name)} |`);
  return `# API reference

Everything that the packages export, from the docstrings of their sources.

| import | for |
| --- | --- |
${rows.join("\n")}
`;
}

function purposeOf(name: string): string {
  const [, folder = ""] = name.split("/");
  return PARTS[name] ?? manifestOf(folder).description;
}

function options(): TypeDocOptions & Partial<PluginOptions> {
  return {
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: Object.values(modules).map((file) => join(root, file)),
    tsconfig: join(root, "tooling/site/tsconfig.reference.json"),
    // Types are checked elsewhere, with the compiler that this repository uses.
    skipErrorChecking: true,
    logLevel: LogLevel.Warn,
    outputs: [{ name: "markdown", path: join(staged, "api") }],
    name: "API reference",
    readme: "none",
    indexFormat: "table",
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    basePath: root,
    disableGit: true,
    gitRevision: "main",
    // Paths begin below what all modules have in common.
    sourceLinkTemplate: `${REPOSITORY}/blob/main/packages/{path}#L{line}`,
    entryFileName: "index",
    hideBreadcrumbs: true,
    hidePageHeader: true,
    parametersFormat: "table",
    typeDeclarationFormat: "table",
  };
}
