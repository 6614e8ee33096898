import { examination } from "../examine.ts";
import { official } from "../savers.ts";

export const { open } = official;

export const options = examination;
