import { writeFile } from "node:fs/promises";
import { drawAll } from "./pictures.ts";

for (const { file, svg } of await drawAll()) await writeFile(file, svg);
