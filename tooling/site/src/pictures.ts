import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { instance } from "@viz-js/viz";
import { root } from "./paths.ts";

const FOLDER = join(root, "docs/pictures");

/** A picture: its text in the language of Graphviz, where it is drawn, and the drawing. */
export interface Picture {
  readonly name: string;
  readonly text: string;
  readonly file: string;
  readonly svg: string;
}

/** Draws every picture in `docs/pictures`. */
export async function drawAll(): Promise<Picture[]> {
  const graphviz = await instance();
  const sources = globSync("*.dot", { cwd: FOLDER }).toSorted();
  return Promise.all(
    sources.map(async (source) => {
      const text = await readFile(join(FOLDER, source), "utf8");
      const name = basename(source, ".dot");
      const svg = graphviz.renderString(text, { format: "svg", engine: "dot" });
      return { name, text, file: join(FOLDER, `${name}.svg`), svg };
    }),
  );
}
