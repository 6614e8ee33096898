import { chooseSaver, type SaverName } from "./choose-saver.ts";
import { branch, BRANCHED_THREAD } from "./scenes/branch.ts";
import { grow } from "./scenes/grow.ts";
import { kill, ORDER_THREAD } from "./scenes/kill.ts";
import { CHAT_THREADS, remember } from "./scenes/remember.ts";
import type { Stage, StageNames, StageWithSaver } from "./scenes/scene.ts";
import { values, VALUE_THREADS } from "./scenes/values.ts";
import { printTitle } from "./screen.ts";

const THREADS = [...CHAT_THREADS, ORDER_THREAD, BRANCHED_THREAD, ...VALUE_THREADS];

interface Scene {
  readonly title: string;
  readonly about: string;
  /** A folder has one owner, so a scene has it open only while it is played. */
  onSaver?(stage: StageWithSaver): Promise<unknown>;
  play?(stage: Stage, names: StageNames): Promise<unknown>;
}

/** In the order in which they are played. */
const SCENES = {
  remember: {
    title: "A thread is remembered",
    about: "What is said in one thread is not known in another.",
    onSaver: remember,
  },
  kill: {
    title: "A process is killed",
    about: "What it has done is not done again.",
    play: async ({ screen }, names) => {
      if (names.saver !== "memory") await kill(names, screen);
      else screen.print("  Left out: with --saver memory nothing outlives the process.");
    },
  },
  branch: {
    title: "A thread has branches",
    about: "Each keeps its own values.",
    onSaver: branch,
  },
  values: {
    title: "Values come back",
    about: "They are what they were, not what JSON makes of them.",
    onSaver: values,
  },
  grow: {
    title: "A long chat stays small",
    about: "The bytes of it that two savers in memory keep.",
    play: async (stage) => grow(stage),
  },
} satisfies Record<string, Scene>;

export type SceneName = keyof typeof SCENES;

export const SCENE_NAMES = Object.keys(SCENES) as SceneName[];

/** Plays scenes one after the other. */
export async function play(scenes: readonly SceneName[], stage: Stage, names: StageNames): Promise<void> {
  for (const [i, name] of scenes.entries()) {
    const scene: Scene = SCENES[name];
    await using saver = scene.onSaver && (await chooseSaver(names.saver));
    printTitle(stage.screen, i + 1, scene.title, scene.about);
    if (saver) await scene.onSaver!({ ...stage, saver });
    else await scene.play!(stage, names);
  }
}

/** Forgets what earlier runs have left. */
export async function forget(name: SaverName): Promise<void> {
  await using saver = await chooseSaver(name);
  for (const thread of THREADS) await saver.deleteThread(thread);
}
