// A run that never ends, for the test that kills it. Arguments: names of servers.
import { startPrivate } from "@threadmark/services/private";
import { startServers } from "@threadmark/services/start";

const { servers } = await startServers(process.argv.slice(2));
const own = await startPrivate("redis:8");
console.log(JSON.stringify([own.url, ...servers.map(({ url }) => url)]));
setInterval(() => {}, 1000);
