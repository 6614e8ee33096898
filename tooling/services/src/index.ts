export { firstServer, hasPrivate, nameOf, servers, type Server } from "./server.ts";
export type { Node } from "./node.ts";
export { startFaultProxy, type FaultProxy } from "./fault-proxy.ts";
export { countTests } from "./count.ts";
