import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type DefaultTheme } from "vitepress";
import { descriptionOf } from "./description.ts";
import { reference } from "./reference.ts";
import { home, sections, type Page } from "./pages.ts";
import { base, built, REPOSITORY, staged } from "./paths.ts";
import { slug } from "./slug.ts";

/** A page of the reference: the module, and the declaration if it is about one. */
const IN_REFERENCE =
  /^api\/(@threadmark\/.+?)\/(?:index|(?:classes|functions|interfaces|type-aliases|variables)\/(.+))\.md$/;

/** The site. It loads nothing from other hosts: fonts, search and scripts are its own files. */
export const config = defineConfig({
  title: home.title,
  description: "Checkpoint savers for LangGraph.js",
  lang: "en",
  base,
  outDir: built,
  ignoreDeadLinks: false,
  // The index of the search holds every page.
  vite: { build: { chunkSizeWarningLimit: 5000 } },
  metaChunk: true,
  markdown: {
    html: false,
    anchor: { slugify: slug },
    config(md) {
      const text = md.renderer.rules.text;
      // To Vue two braces begin an expression, in prose they are two braces.
      md.renderer.rules.text = (...args) =>
        (text?.(...args) ?? md.utils.escapeHtml(args[0][args[1]]!.content)).replaceAll("{{", "&#123;&#123;");
    },
  },
  themeConfig: {
    nav: [
      { text: "Start", link: "/start" },
      { text: "Savers", link: "/savers/memory", activeMatch: "/savers/" },
      { text: "Workflows", link: "/workflow" },
      { text: "Reference", link: "/api/", activeMatch: "/api/" },
    ],
    sidebar: [
      ...sections.map(({ title, pages }) => ({ text: title, items: pages.map(itemOf) })),
      {
        text: "API reference",
        items: reference().map(({ name, route, members }) => ({
          text: name.replace("@threadmark/", ""),
          link: `/${route}`,
          collapsed: true,
          items: members.map((member) => ({ text: member.name, link: `/${member.route}` })),
        })),
      },
    ],
    outline: { level: [2, 3] },
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: REPOSITORY }],
    editLink: {
      text: "Edit this page",
      pattern: `${REPOSITORY}/edit/main/:path`,
    },
  },
  transformPageData(pageData) {
    const { source } = pageData.frontmatter as { source?: string };
    // What is generated cannot be edited.
    if (source) pageData.filePath = source;
    else pageData.frontmatter["editLink"] = false;
    const [, module, rest] = IN_REFERENCE.exec(pageData.relativePath) ?? [];
    if (module !== undefined) {
      const { title } = pageData;
      pageData.title =
        rest === undefined ? `The API of ${module}` : `${title.replace(/^[^:]*: /, "")} in ${module}`;
    }
    const markdown = readFileSync(join(staged, pageData.relativePath), "utf8");
    pageData.description = descriptionOf(markdown) ?? pageData.title;
  },
});

function itemOf({ title, route }: Page): DefaultTheme.SidebarItem {
  return { text: title, link: `/${route}` };
}
