export { vitestConfig as default } from "../../tooling/vitest.ts";
