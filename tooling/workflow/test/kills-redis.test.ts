import { killsOn } from "../src/kills.ts";

killsOn("redis");
