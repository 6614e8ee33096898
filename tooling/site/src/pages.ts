/** A page of the site: the Markdown file that it is made from, and its name in the sidebar. */
export interface Page {
  readonly file: string;
  readonly route: string;
  readonly title: string;
}

/** A group of pages in the sidebar. */
export interface Section {
  readonly title: string;
  readonly pages: readonly Page[];
}

/** The first page. */
export const home: Page = { file: "README.md", route: "index", title: "Threadmark" };

/** The sidebar, but for the API reference. A Markdown file that is not here is linked to in the repository. */
export const sections: readonly Section[] = [
  {
    title: "Getting started",
    pages: [
      doc("start", "Start"),
      readme("packages/memory", "savers/memory", "Memory"),
      readme("packages/postgres", "savers/postgres", "Postgres and PGlite"),
      readme("packages/mongodb", "savers/mongodb", "MongoDB"),
      readme("packages/redis", "savers/redis", "Redis and Valkey"),
    ],
  },
  {
    title: "Guides",
    pages: [
      doc("coming-from-langgraph", "Coming from LangGraph.js"),
      doc("sidebar", "Threads in a sidebar"),
      doc("retention", "Retention"),
      doc("values", "Values"),
      doc("guarantees", "Guarantees"),
      readme("packages/cli", "command-line", "The threadmark command"),
    ],
  },
  {
    title: "Workflows",
    pages: [
      readme("packages/workflow", "workflow", "Workflows of plain functions"),
      doc("from-langgraph-functional-api", "From LangGraph.js's functional API"),
      doc("durable-workflows", "Durable workflows without a platform"),
    ],
  },
  {
    title: "Examples",
    pages: [
      example("chatbot", "Chatbot"),
      example("nextjs", "Next.js"),
      example("hono", "Hono on Node and Bun"),
      example("nestjs", "NestJS"),
      example("lambda", "AWS Lambda"),
      example("sidebar", "A sidebar of threads"),
      example("approval", "Human approval over HTTP"),
      example("migrate", "Moving over"),
      example("sqlite-saver", "A saver for SQLite"),
    ],
  },
  {
    title: "Benchmarks",
    pages: [
      doc("benchmarks", "Compared with other savers"),
      doc("benchmarks-postgres", "Postgres"),
      doc("benchmarks-mongodb", "MongoDB"),
      doc("benchmarks-redis", "Redis"),
      doc("benchmarks-memory", "Memory"),
      doc("benchmarks-workflow", "Workflows"),
      doc("benchmarks-serializer", "The serializer"),
    ],
  },
  {
    title: "Your own saver",
    pages: [
      doc("test-your-saver", "Test your saver"),
      doc("write-a-saver", "Write a saver"),
      doc("contract", "The contract"),
      doc("clauses", "Every clause"),
      readme("packages/conformance", "conformance", "The conformance suite"),
      doc("peers", "Results of other savers"),
      readme("packages/core", "core", "The core package"),
    ],
  },
  {
    title: "Reference and background",
    pages: [
      doc("errors", "Errors"),
      doc("decisions", "Decisions"),
      { file: "ARCHITECTURE.md", route: "architecture", title: "Architecture" },
      { file: "CONTRIBUTING.md", route: "contributing", title: "Contributing" },
    ],
  },
];

export const pages: readonly Page[] = [home, ...sections.flatMap((section) => section.pages)];

function doc(name: string, title: string): Page {
  return { file: `docs/${name}.md`, route: name, title };
}

function example(name: string, title: string): Page {
  return readme(`examples/${name}`, `examples/${name}`, title);
}

function readme(folder: string, route: string, title: string): Page {
  return { file: `${folder}/README.md`, route, title };
}
