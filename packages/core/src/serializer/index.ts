export type { CustomType } from "./custom-types.ts";
export { MAX_NESTING } from "./nesting.ts";
export { Serializer, type SerializerOptions } from "./serializer.ts";
