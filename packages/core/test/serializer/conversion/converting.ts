import { type ConvertedInfo, Serializer, type SerializerOptions } from "@threadmark/core";

/** What a value is after it was stored, and what was reported on the way. */
export async function stored(
  value: unknown,
  options: SerializerOptions = {},
): Promise<{ result: unknown; reports: ConvertedInfo[] }> {
  const reports: ConvertedInfo[] = [];
  const serializer = new Serializer({ onConverted: (info) => reports.push(info), ...options });
  return { result: await serializer.decode(serializer.encode(value)), reports };
}
