import type { CheckpointMetadata } from "@threadmark/core";
import { alterPut, alterTuples, omit } from "./alter.ts";
import type { Mutant } from "./mutant.ts";

type Metadata = Record<string, unknown>;

function changeMetadata(change: (metadata: Metadata) => Metadata): NonNullable<Mutant["breakSaver"]> {
  return (saver) => {
    alterPut(saver, (config, checkpoint, metadata, versions) => [
      config,
      checkpoint,
      change({ ...metadata }) as unknown as CheckpointMetadata,
      versions,
    ]);
  };
}

export const metadataMutants: readonly Mutant[] = [
  {
    name: "step 0 is taken for no step",
    clause: "metadata/falsy-values-are-values",
    others: 2,
    breakSaver: changeMetadata(({ step, ...rest }) => (step ? { step, ...rest } : rest)),
  },
  {
    name: "metadata.writes is stripped",
    clause: "metadata/writes-is-a-key-like-others",
    breakSaver(saver) {
      alterTuples(saver, (tuple) => {
        const metadata = omit<Metadata>({ ...tuple.metadata }, "writes");
        return { ...tuple, metadata: metadata as unknown as CheckpointMetadata };
      });
    },
  },
  {
    name: "metadata goes through JSON",
    clause: "metadata/values-are-kept-exactly",
    breakSaver: changeMetadata((metadata) => {
      const plain = (_: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}` : value);
      return JSON.parse(JSON.stringify(metadata, plain)) as Metadata;
    }),
  },
];
