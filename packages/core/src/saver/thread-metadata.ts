import { canonicalText } from "../codec/canonical-text.ts";
import { keyToken } from "../codec/index-token.ts";
import { entrySeal } from "../codec/seals.ts";
import type { ValueCodec } from "../codec/values-codec.ts";
import type { CheckpointConfig } from "../contract.ts";
import { wrongArgument } from "../options.ts";
import type { ThreadEntry } from "../storage/port.ts";
import { checkEntries } from "./check-records.ts";
import { copyOf } from "../codec/bytes.ts";
import { setOwn } from "./decode.ts";
import { reading, storing, storingNow } from "./placed.ts";
import { RUN_KEY } from "./run-mark.ts";

/** What an application knows about a thread: its user, its title, … Every key can be filtered by. */
export type ThreadMetadata = Readonly<Record<string, unknown>>;

/** Returns the metadata of the thread that a config is about. */
export type ThreadMetadataOf = (config: CheckpointConfig) => ThreadMetadata | undefined;

/** A change of a thread's metadata. */
export interface EntryChange {
  readonly set: readonly ThreadEntry[];
  readonly remove: readonly string[];
}

/**
 * Encodes metadata. Everything is read before this returns; the promise is for slow serializers.
 *
 * @param metadata Keys whose value is `undefined` are to be removed.
 * @param field What the caller calls it.
 */
export async function encodeEntries(
  codec: ValueCodec,
  thread: string,
  metadata: unknown,
  field: string,
): Promise<EntryChange> {
  if (!isRecord(metadata)) throw wrongArgument(field, "must be an object of keys and values");
  const pairs = Object.entries(metadata);
  const place = { threadId: thread, field };
  const entries = pairs
    .filter(([, value]) => value !== undefined)
    .map(async ([key, value]) => {
      const token = storingNow(place, () => canonicalText(value));
      // A key may be too long for a storage.
      const bytes = await storing(place, () => codec.encode([key, value], place, copyOf));
      const entry = { key: keyToken(key), token, value: bytes };
      return { ...entry, seal: entrySeal(thread, entry) };
    });
  const remove = pairs.filter(([, value]) => value === undefined).map(([key]) => keyToken(key));
  return { set: await Promise.all(entries), remove };
}

/** Decodes the metadata of a thread. */
export async function decodeEntries(
  codec: ValueCodec,
  thread: string,
  entries: readonly ThreadEntry[],
): Promise<ThreadMetadata> {
  checkEntries(thread, entries);
  const place = { threadId: thread, field: "metadata" };
  const metadata: Record<string, unknown> = {};
  for (const { key: token, value } of entries.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    if (token === RUN_KEY) continue;
    const [key, decoded] = (await reading(place, () => codec.decode(value))) as [string, unknown];
    setOwn(metadata, key, decoded);
  }
  return metadata;
}

function isRecord(value: unknown): value is ThreadMetadata {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
