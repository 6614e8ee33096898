/**
 * Options of a client that sends nothing on its own. Every socket of the process is counted, so what a driver sends now
 * and then would sometimes be in the counts.
 */
export const UNWATCHED = { serverMonitoringMode: "poll", heartbeatFrequencyMS: 3_600_000 } as const;
