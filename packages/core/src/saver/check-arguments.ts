import { wrongArgument } from "../options.ts";

/** Refuses what is not a checkpoint: TypeScript's types do not exist at run time. */
export function checkCheckpoint(checkpoint: unknown): void {
  if (!isObject(checkpoint)) throw wrongArgument("checkpoint", "must be an object");
  if (!isObject(checkpoint["channel_values"])) {
    throw wrongArgument("checkpoint.channel_values", "must be an object of channels and values");
  }
}

/** Refuses what is not a list of writes. */
export function checkWrites(writes: unknown): void {
  if (!Array.isArray(writes)) throw wrongArgument("writes", "must be an array of [channel, value]");
  for (const [i, write] of writes.entries()) {
    if (!Array.isArray(write) || typeof write[0] !== "string") {
      throw wrongArgument(`writes[${i}]`, "must be [channel, value], with the channel as a string");
    }
  }
}

/** Refuses a limit of a listing that is not a number. */
export function checkLimit(limit: unknown): void {
  if (limit === undefined || (typeof limit === "number" && !Number.isNaN(limit))) return;
  throw wrongArgument("limit", "must be a number");
}

/** Refuses a filter that is not an object of keys and values. */
export function checkFilter(filter: unknown): void {
  if (filter !== undefined && filter !== null && !isObject(filter)) {
    throw wrongArgument("filter", "must be an object of keys and values");
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
