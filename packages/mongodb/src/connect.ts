import type { MongoClientLike } from "./driver.ts";

/** Options of the driver's `MongoClient`, which this package does not look at. */
export type ClientOptions = Readonly<Record<string, unknown>>;

/** A client of our own. It connects with its first command. The driver is loaded only here. */
export async function connect(connString: string, options: ClientOptions = {}): Promise<MongoClientLike> {
  const { MongoClient } = await import("mongodb");
  return new MongoClient(connString, { driverInfo: { name: "threadmark" }, ...options });
}
