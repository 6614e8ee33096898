export { MongoDBSaver, type MongoDBSaverOptions, type MongoDBSaverParams } from "./saver.ts";
export type { MongoClientLike, MongoReadConcern, MongoWriteConcern } from "./driver.ts";
