export { hasPrivate, nameOf, servers, type Server } from "./server.ts";
export { startFaultProxy, type FaultProxy } from "./fault-proxy.ts";
export { countTests } from "./count.ts";
