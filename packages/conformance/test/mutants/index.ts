import { aliasingMutants } from "./aliasing.ts";
import { forkMutants, tombstoneMutants } from "./branches.ts";
import { blindSpotMutants } from "./blind-spots.ts";
import { concurrencyMutants } from "./concurrency.ts";
import { configMutants } from "./config.ts";
import { conversionMutants } from "./conversion.ts";
import { deltaMutants } from "./delta.ts";
import { extendedMutants } from "./extended.ts";
import { filterMutants } from "./filter.ts";
import { getMutants } from "./get.ts";
import { hostileIdMutants } from "./hostile-ids.ts";
import { isolationMutants } from "./isolation.ts";
import { legacyMutants } from "./legacy-v3.ts";
import { deleteMutants, lifecycleMutants, openingMutants } from "./lifecycle.ts";
import { listMutants } from "./list.ts";
import { messageMutants } from "./messages.ts";
import { metadataMutants } from "./metadata.ts";
import { adoptMutants, keepLatestMutants } from "./moving.ts";
import type { Mutant } from "./mutant.ts";
import { pendingOrderMutants } from "./pending-order.ts";
import { carryOverMutants, putMutants } from "./put.ts";
import { reentrancyMutants, reopenMutants } from "./reopen.ts";
import { putDetailMutants } from "./put-details.ts";
import { sharingMutants } from "./sharing.ts";
import { pruneMutants } from "./prune.ts";
import { runsMutants } from "./runs.ts";
import { claimsMutants } from "./claims.ts";
import { deleteThreadsMutants, threadMetadataMutants } from "./thread-metadata.ts";
import { copyMutants, threadsMutants } from "./threads.ts";
import { truncatedMutants } from "./truncated.ts";
import { fenceMutants, ttlMutants } from "./ttl.ts";
import { binaryMutants, refusalMutants, serdeMutants, valueMutants } from "./values.ts";
import { writesMutants } from "./writes.ts";

export const mutants: readonly Mutant[] = [
  ...configMutants,
  ...putMutants,
  ...metadataMutants,
  ...messageMutants,
  ...blindSpotMutants,
  ...carryOverMutants,
  ...tombstoneMutants,
  ...forkMutants,
  ...writesMutants,
  ...pendingOrderMutants,
  ...getMutants,
  ...listMutants,
  ...filterMutants,
  ...isolationMutants,
  ...hostileIdMutants,
  ...valueMutants,
  ...binaryMutants,
  ...refusalMutants,
  ...conversionMutants,
  ...serdeMutants,
  ...aliasingMutants,
  ...concurrencyMutants,
  ...reopenMutants,
  ...reentrancyMutants,
  ...deltaMutants,
  ...legacyMutants,
  ...deleteMutants,
  ...lifecycleMutants,
  ...openingMutants,
  ...threadsMutants,
  ...threadMetadataMutants,
  ...deleteThreadsMutants,
  ...copyMutants,
  ...pruneMutants,
  ...keepLatestMutants,
  ...runsMutants,
  ...ttlMutants,
  ...fenceMutants,
  ...claimsMutants,
  ...adoptMutants,
  ...putDetailMutants,
  ...sharingMutants,
  ...extendedMutants,
  ...truncatedMutants,
];
