// Compiled by the typecheck task: what users may pass, and where they may pass the saver.
import type { BaseCheckpointSaver as Reexported } from "@langchain/langgraph";
import type { BaseCheckpointSaver, SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { MongoDBSaver } from "@threadmark/mongodb";
import type { MongoClient } from "mongodb";
import type { MongoClient as MongoClient6 } from "mongodb-6";

declare const client: MongoClient;
declare const client6: MongoClient6;
declare const serde: SerializerProtocol;

export const savers: readonly BaseCheckpointSaver[] = [
  new MongoDBSaver({ client }),
  new MongoDBSaver({ client: client6, dbName: "agents", ttl: { seconds: 60, refreshOnRead: true } }),
  // As LangGraph.js's own saver takes them.
  new MongoDBSaver(
    {
      client,
      dbName: "agents",
      checkpointCollectionName: "checkpoints",
      checkpointWritesCollectionName: "checkpoint_writes",
      enableTimestamps: true,
      ttl: 60,
    },
    serde,
  ),
  new MongoDBSaver({ client, writeConcern: { w: 1, journal: true }, readPreference: "secondaryPreferred" }),
  MongoDBSaver.fromConnString("mongodb://localhost/agents", { client: { maxPoolSize: 5 } }),
];
MongoDBSaver.fromConnString("mongodb://localhost") satisfies Reexported;
