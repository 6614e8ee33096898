import type { Clause } from "./clause.ts";
import { groupOf } from "./group.ts";
import { putDetailClauses } from "./clauses/put-details.ts";
import { listOptionClauses } from "./clauses/list-options.ts";
import { freshReadClauses } from "./clauses/fresh-reads.ts";
import { keptApartClauses } from "./clauses/kept-apart.ts";
import { threadDetailClauses } from "./clauses/thread-details.ts";
import { ttlDetailClauses } from "./clauses/ttl-details.ts";
import { adoptClauses } from "./clauses/adopt.ts";
import { aliasingClauses } from "./clauses/aliasing.ts";
import { binaryClauses } from "./clauses/binary.ts";
import { carryOverClauses } from "./clauses/carry-over.ts";
import { concurrencyClauses } from "./clauses/concurrency.ts";
import { configClauses } from "./clauses/config.ts";
import { conversionClauses } from "./clauses/conversion.ts";
import { copyClauses } from "./clauses/copy.ts";
import { deleteClauses } from "./clauses/delete.ts";
import { deltaClauses } from "./clauses/delta.ts";
import { fenceClauses } from "./clauses/fence.ts";
import { filterKeyClauses } from "./clauses/filter-keys.ts";
import { filterClauses } from "./clauses/filter.ts";
import { forkClauses } from "./clauses/fork.ts";
import { getClauses } from "./clauses/get.ts";
import { hostileIdClauses } from "./clauses/hostile-ids.ts";
import { isolationClauses } from "./clauses/isolation.ts";
import { keepLatestClauses } from "./clauses/keep-latest.ts";
import { legacyClauses } from "./clauses/legacy-v3.ts";
import { lifecycleClauses } from "./clauses/lifecycle.ts";
import { listClauses } from "./clauses/list.ts";
import { messageClauses } from "./clauses/messages.ts";
import { metadataClauses } from "./clauses/metadata.ts";
import { modelClauses } from "./clauses/model.ts";
import { openingClauses } from "./clauses/opening.ts";
import { pendingOrderClauses } from "./clauses/pending-order.ts";
import { pruneRaceClauses } from "./clauses/prune-races.ts";
import { pruneClauses } from "./clauses/prune.ts";
import { putClauses } from "./clauses/put.ts";
import { reentrancyClauses } from "./clauses/reentrancy.ts";
import { refusalClauses } from "./clauses/refusal.ts";
import { reopenClauses } from "./clauses/reopen.ts";
import { runsClauses } from "./clauses/runs.ts";
import { serdeClauses } from "./clauses/serde.ts";
import { threadMetadataClauses } from "./clauses/thread-metadata.ts";
import { deleteThreadsClauses } from "./clauses/delete-threads.ts";
import { claimsClauses } from "./clauses/claims.ts";
import { threadsClauses } from "./clauses/threads.ts";
import { tombstoneClauses } from "./clauses/tombstone.ts";
import { ttlClauses } from "./clauses/ttl.ts";
import { valueClauses } from "./clauses/values.ts";
import { writeValueClauses } from "./clauses/write-values.ts";
import { writesClauses } from "./clauses/writes.ts";

const all: readonly Clause[] = [
  ...configClauses,
  ...putClauses,
  ...putDetailClauses,
  ...metadataClauses,
  ...carryOverClauses,
  ...tombstoneClauses,
  ...forkClauses,
  ...writesClauses,
  ...writeValueClauses,
  ...pendingOrderClauses,
  ...getClauses,
  ...listClauses,
  ...listOptionClauses,
  ...filterClauses,
  ...filterKeyClauses,
  ...isolationClauses,
  ...hostileIdClauses,
  ...valueClauses,
  ...messageClauses,
  ...binaryClauses,
  ...refusalClauses,
  ...conversionClauses,
  ...serdeClauses,
  ...aliasingClauses,
  ...freshReadClauses,
  ...concurrencyClauses,
  ...keptApartClauses,
  ...reopenClauses,
  ...reentrancyClauses,
  ...deltaClauses,
  ...legacyClauses,
  ...deleteClauses,
  ...lifecycleClauses,
  ...modelClauses,
  ...openingClauses,
  ...threadsClauses,
  ...threadMetadataClauses,
  ...deleteThreadsClauses,
  ...copyClauses,
  ...threadDetailClauses,
  ...pruneClauses,
  ...pruneRaceClauses,
  ...keepLatestClauses,
  ...runsClauses,
  ...ttlClauses,
  ...ttlDetailClauses,
  ...fenceClauses,
  ...claimsClauses,
  ...adoptClauses,
];

/** Every clause, group by group, in the order of `docs/contract.md`. */
export const clauses: readonly Clause[] = [...new Set(all.map(({ id }) => groupOf(id)))].flatMap((group) =>
  all.filter(({ id }) => groupOf(id) === group),
);
