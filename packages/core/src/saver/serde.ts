import type { SerializerProtocol } from "../contract.ts";
import { wrongOption } from "../options.ts";
import { Serializer, type SerializerOptions } from "../serializer/index.ts";

/** Options that a saver passes on to the serializer that it creates. */
const SERIALIZER_OPTIONS = ["types", "onUnknown", "onConverted"] as const;

/**
 * The serializer of a saver: the one that was passed in, or one of ours with the options for it.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` if it is not a serializer, or if options for ours are given as well.
 */
export function serdeOf({
  serde,
  ...options
}: SerializerOptions & { readonly serde?: SerializerProtocol | undefined }): SerializerProtocol {
  const given = SERIALIZER_OPTIONS.filter((name) => options[name] !== undefined);
  if (serde === undefined)
    return new Serializer(Object.fromEntries(given.map((name) => [name, options[name]])));
  if (typeof serde?.dumpsTyped !== "function" || typeof serde.loadsTyped !== "function") {
    throw wrongOption("serde", "must have the methods dumpsTyped and loadsTyped");
  }
  if (given[0] !== undefined) {
    throw wrongOption(
      given[0],
      "is for the saver's own serializer; pass it to the serializer that you give as `serde`",
    );
  }
  return serde;
}
