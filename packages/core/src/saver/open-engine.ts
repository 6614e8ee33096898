import { Adoption } from "../moving/adoption.ts";
import { checkOldSaver } from "../moving/check-savers.ts";
import type { CheckpointStorage } from "../storage/port.ts";
import { createEngine, plainEngine, type CheckpointSaverOptions, type Engine } from "./engine.ts";
import { checkKeepLatest, KeepLatest } from "./keep-latest.ts";

/** Checks the options and puts the parts together. */
export function openEngine(storage: CheckpointStorage, options: CheckpointSaverOptions): Engine {
  const engine = createEngine(storage, options);
  const { keepLatest, adopt } = options;
  checkKeepLatest(keepLatest);
  if (adopt !== undefined) checkOldSaver(adopt, "adopt");
  return {
    ...engine,
    keepLatest: keepLatest === undefined ? undefined : new KeepLatest(keepLatest),
    adoption: adopt && new Adoption(plainEngine(engine), adopt),
  };
}
