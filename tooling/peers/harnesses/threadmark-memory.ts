import { examination } from "../examine.ts";
import { ours } from "../savers.ts";

export const { open } = ours;

export const options = examination;
