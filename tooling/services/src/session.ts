import type { Recipe, Started, Wishes } from "./recipe.ts";
import { recipeOf } from "./recipes.ts";
import type { Server } from "./server.ts";
import { chosenWays, getServer, prepare } from "./ways.ts";

/** A server that could not be had, and why, way by way. */
export interface Missing {
  readonly name: string;
  /** Whether tests wanted to start it for themselves. */
  readonly private: boolean;
  readonly reasons: readonly string[];
}

/** The requested servers that are available. */
export interface Inventory {
  readonly servers: readonly Server[];
  /** Names of those that tests can start for themselves. */
  readonly private: readonly string[];
  readonly missing: readonly Missing[];
}

/** A private server, as it is described to the process that asked for it. */
export interface PrivateDescription extends Pick<Started, "url" | "version" | "found" | "facts"> {
  readonly id: number;
  readonly ports: readonly number[];
  readonly sentinelPorts: readonly number[];
}

export type NodeAction = "kill" | "start" | "cut" | "pause" | "resume";

/** Nothing kills a shared server, so one that is merely slow on a busy machine must not count as dead. */
const FAIL_AFTER = 60_000;

/** The servers that one process asked for. They end with it. */
export class Session {
  readonly #started = new Map<string, Started>();
  readonly #private: Started[] = [];
  readonly #work = new Set<Promise<unknown>>();

  /** Makes a call, and remembers that it is in progress. */
  answer(method: string, args: readonly unknown[]): Promise<unknown> {
    const calls: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = {
      startAll: this.#startAll.bind(this),
      startPrivate: this.#startPrivate.bind(this),
      act: this.#act.bind(this),
      stopPrivate: (id: number) => this.#private[id]!.stop(),
    };
    const work = calls[method]!(...(args as never[]));
    this.#work.add(work);
    return work.finally(() => this.#work.delete(work));
  }

  async close(): Promise<void> {
    // What is being started now has to be stopped too.
    await Promise.allSettled(this.#work);
    await Promise.allSettled([...this.#started.values(), ...this.#private].map((server) => server.stop()));
  }

  async #startAll(names: readonly string[], privateNames: readonly string[]): Promise<Inventory> {
    const recipes = names.map(recipeOf);
    const missing: Missing[] = [];
    const waves = [recipes.filter(({ after }) => !after), recipes.filter(({ after }) => after)];
    for (const wave of waves) await Promise.all(wave.map((recipe) => this.#start(recipe, missing)));
    await Promise.all(privateNames.map((name) => this.#prepare(recipeOf(name), missing)));
    const servers = recipes.flatMap((recipe) => this.#describe(recipe));
    const without = new Set(missing.filter((one) => one.private).map(({ name }) => name));
    return { servers, missing, private: privateNames.filter((name) => !without.has(name)) };
  }

  async #start(recipe: Recipe, missing: Missing[]): Promise<void> {
    const reasons: string[] = [];
    const wishes: Wishes = { args: [], failAfter: FAIL_AFTER, isPrivate: false, others: this.#started };
    const server = await getServer(recipe, chosenWays(), wishes, reasons);
    if (server) this.#started.set(recipe.name, server);
    else missing.push({ name: recipe.name, private: false, reasons });
  }

  async #prepare(recipe: Recipe, missing: Missing[]): Promise<void> {
    const reasons: string[] = [];
    const ready = this.#started.get(recipe.name)?.nodes.length || (await prepare(recipe, reasons));
    if (!ready) missing.push({ name: recipe.name, private: true, reasons });
  }

  #describe({ name, kind }: Recipe): Server[] {
    const server = this.#started.get(name);
    if (!server) return [];
    const { url, version, found, facts } = server;
    return [{ kind, version, url, found, facts }];
  }

  async #startPrivate(
    name: string,
    wishes: Omit<Wishes, "others" | "isPrivate">,
  ): Promise<PrivateDescription> {
    const reasons: string[] = [];
    const others = new Map<string, Started>();
    const server = await getServer(
      recipeOf(name),
      chosenWays(["environment"]),
      { ...wishes, isPrivate: true, others },
      reasons,
    );
    if (!server) throw new Error(`${name} cannot be started: ${reasons.join("; ")}`);
    const { url, version, found, facts, nodes, sentinels } = server;
    const [ports, sentinelPorts] = [nodes, sentinels].map((group) => group.map(({ port }) => port));
    const id = this.#private.push(server) - 1;
    return { id, url, version, found, facts, ports: ports!, sentinelPorts: sentinelPorts! };
  }

  async #act(id: number, port: number, action: NodeAction, ...more: readonly never[]): Promise<void> {
    const { nodes, sentinels } = this.#private[id]!;
    const node = [...nodes, ...sentinels].find((one) => one.port === port)!;
    const act: (...given: readonly never[]) => Promise<void> = node[action];
    await act(...more);
  }
}
