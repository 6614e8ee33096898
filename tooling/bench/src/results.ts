import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { Machine } from "./machine.ts";
import type { TableId } from "./scenario.ts";

const FOLDER = new URL("../results/", import.meta.url);

/** What a scenario has cost a contestant. Series have one number for each run, in their order. */
export interface Cost {
  readonly contestant: string;
  /** Milliseconds. */
  readonly wall: readonly number[];
  /** Milliseconds of processor time of the client's process. */
  readonly client: readonly number[];
  /** Milliseconds of processor time of the server. */
  readonly server: readonly number[];
  readonly roundTrips: number;
  /** Bytes. */
  readonly wire: number;
  /** Bytes of the server's log. */
  readonly log?: number | undefined;
  /** Bytes by which the data have grown, one number for each of `Database.stores`. */
  readonly stored: readonly number[];
  /** The most memory that the client's process had, in bytes. */
  readonly peak: number;
}

/** A scenario with all contestants, ours first. */
export interface Row {
  readonly scenario: string;
  readonly title: string;
  readonly costs: readonly Cost[];
}

/** A table of a database, as it was measured in one go. */
export interface Results {
  readonly database: string;
  readonly table: TableId;
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

/** Milliseconds of one call. */
export interface PlainState {
  readonly name: string;
  readonly encode: number;
  readonly stringify: number;
  readonly decode: number;
  readonly parse: number;
  /** Ours divided by JSON. */
  readonly bytes: number;
}

/** Milliseconds of one call and bytes: ours, JSON, LangGraph.js's serializer. */
export interface MessageStates {
  readonly name: string;
  readonly encode: readonly number[];
  readonly decode: readonly number[];
  readonly bytes: readonly number[];
}

export interface SerializerResults {
  readonly machine: Machine;
  readonly plain: readonly PlainState[];
  readonly messages: readonly MessageStates[];
}

/** Milliseconds of processor time. */
export interface OverheadResults {
  readonly machine: Machine;
  /** Of a turn of a chat: its calls of the saver alone, with our runtime, with LangGraph.js. */
  readonly turns: readonly { readonly saver: string; readonly milliseconds: readonly number[] }[];
  /** Of a task in a run of so many: with our runtime, with LangGraph.js. */
  readonly tasks: readonly { readonly count: number; readonly milliseconds: readonly (number | null)[] }[];
}

export function readResults(database: string, table: TableId): Promise<Results | undefined> {
  return read<Results>(`${database}-${table}`);
}

export function writeResults(results: Results): Promise<void> {
  return write(`${results.database}-${results.table}`, results);
}

export function readSerializer(): Promise<SerializerResults | undefined> {
  return read<SerializerResults>("serializer");
}

export function writeSerializer(results: SerializerResults): Promise<void> {
  return write("serializer", results);
}

export function readOverhead(): Promise<OverheadResults | undefined> {
  return read<OverheadResults>("overhead");
}

export function writeOverhead(results: OverheadResults): Promise<void> {
  return write("overhead", results);
}

async function read<Kind>(name: string): Promise<Kind | undefined> {
  const text = await readFile(new URL(`${name}.json`, FOLDER), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Kind);
}

async function write(name: string, results: object): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const short = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
  await writeFile(new URL(`${name}.json`, FOLDER), `${JSON.stringify(results, short, 1)}\n`);
}
