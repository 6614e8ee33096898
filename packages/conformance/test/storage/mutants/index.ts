import { choosingMutants } from "./choosing.ts";
import { lifetimeMutants } from "./lifetimes.ts";
import { listingMutants } from "./listing.ts";
import type { StorageMutant } from "./mutant.ts";
import { readingMutants } from "./reading.ts";
import { refusalMutants } from "./refusals.ts";
import { relyingMutants } from "./relying.ts";
import { threadMutants } from "./threads.ts";
import { transactionMutants } from "./transactions.ts";

export const storageMutants: readonly StorageMutant[] = [
  ...relyingMutants,
  ...transactionMutants,
  ...refusalMutants,
  ...threadMutants,
  ...readingMutants,
  ...listingMutants,
  ...lifetimeMutants,
  ...choosingMutants,
];
