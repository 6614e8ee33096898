import type { MemoryStorage } from "@threadmark/core/memory";
import type { WriteRequest } from "@threadmark/core/storage";
import { patch } from "../../mutants/mutant.ts";
import type { StorageMutant } from "./mutant.ts";

function alterWrites(storage: MemoryStorage, change: (request: WriteRequest) => WriteRequest): void {
  for (const name of ["put", "putWrites"] as const) {
    patch(storage, name, (original: (request: never) => unknown) => {
      return ((request: WriteRequest) => original(change(request) as never)) as never;
    });
  }
}

export const relyingMutants: readonly StorageMutant[] = [
  {
    name: "does not look for what is relied on",
    clause: "rollback/what-is-acknowledged-afterwards-is-there",
    breakStorage: (storage) => {
      alterWrites(storage, (request) => ({ ...request, epoch: undefined, relies: [] }));
    },
  },
  {
    name: "looks for the epoch only",
    clause: "rollback/what-is-acknowledged-afterwards-is-there",
    breakStorage: (storage) => {
      alterWrites(storage, (request) => ({ ...request, relies: [] }));
    },
  },
  {
    name: "looks for the first blob only",
    clause: "rollback/what-is-acknowledged-afterwards-is-there",
    breakStorage: (storage) => {
      alterWrites(storage, (request) => ({ ...request, relies: request.relies.slice(0, 1) }));
    },
  },
  {
    name: "takes any epoch",
    clause: "write/what-is-relied-on-is-looked-for",
    breakStorage: (storage) => {
      alterWrites(storage, (request) => ({ ...request, epoch: request.epoch && "e1" }));
    },
  },
];
