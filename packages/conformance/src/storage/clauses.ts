import type { StorageClause } from "./clause.ts";
import { answerClauses } from "./clauses/answers.ts";
import { choosingClauses } from "./clauses/choosing.ts";
import { lifetimeClauses } from "./clauses/lifetimes.ts";
import { listingClauses } from "./clauses/listing.ts";
import { readingClauses } from "./clauses/reading.ts";
import { removeClauses } from "./clauses/remove.ts";
import { rollbackClauses } from "./clauses/rollback.ts";
import { threadClauses } from "./clauses/threads.ts";
import { writeClauses } from "./clauses/write.ts";

/** Every clause of the suite for storages; those that say most about a failure first. */
export const storageClauses: readonly StorageClause[] = [
  ...threadClauses,
  ...listingClauses,
  ...lifetimeClauses,
  ...writeClauses,
  ...readingClauses,
  ...choosingClauses,
  ...removeClauses,
  ...answerClauses,
  ...rollbackClauses,
];
