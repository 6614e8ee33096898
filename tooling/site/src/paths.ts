import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));
/** What VitePress builds from: pages, pictures and the API reference, all made. */
export const staged = fileURLToPath(new URL("../.site/pages", import.meta.url));
export const built = fileURLToPath(new URL("../.site/dist", import.meta.url));
/** The path of the site on its host, with a slash at both ends. */
export const base = process.env["SITE_BASE"] ?? "/";

/** Where the repository's files are shown to readers. */
export const REPOSITORY = "https://github.com/threadmark/threadmark";
