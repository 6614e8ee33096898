export { agreesWithMemory, type StorageUnderTest } from "./differential.ts";
