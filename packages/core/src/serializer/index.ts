export type { ConversionKind, ConvertedInfo, OnUnknown, UnknownPlace } from "./conversion/on-unknown.ts";
export type { CustomType, CustomTypeCodec } from "./custom-types.ts";
export { HEAD_BYTES } from "./envelope.ts";
export { MAX_NESTING } from "./path.ts";
export { Serializer, type SerializerOptions } from "./serializer.ts";
