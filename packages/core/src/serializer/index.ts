export type { ConversionKind, ConvertedInfo, OnUnknown, UnknownPlace } from "./conversion/on-unknown.ts";
export type { CustomType, CustomTypeCodec } from "./custom-types.ts";
export { HEAD_BYTES } from "./envelope.ts";
export { MAX_NESTING } from "./nesting.ts";
export type { EncodedBefore, RecordedBytes, Recording } from "./recording.ts";
export { encodeAfter, Serializer, type SerializerOptions } from "./serializer.ts";
