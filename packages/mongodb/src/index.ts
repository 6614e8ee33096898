export { MongoDBSaver, type MongoDBSaverOptions, type MongoDBSaverParams } from "./saver.ts";
export { bsonTypes, type BsonClasses } from "./bson-types.ts";
export type { MongoClientLike, MongoReadConcern, MongoWriteConcern } from "./driver.ts";
