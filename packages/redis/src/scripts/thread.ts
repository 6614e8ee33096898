import { CLOCK, ENTRIES, LEAVING, THREAD } from "./parts.ts";
import { script, type Script } from "./script.ts";

/**
 * Changes the metadata of a thread, but not the time of its last write.
 *
 * - KEYS: 1 to 9.
 * - ARGV: 1 thread, 2 entries to set; then keys to remove.
 * - Out: `stored`, or `missing`, `incomplete`, `format`, `damaged`.
 * - Atomic: a script.
 */
export const UPDATE_THREAD: Script = script(
  "update-thread",
  { durable: true, parts: [CLOCK, THREAD, ENTRIES] },
  String.raw`
local NAME, NEW_ENTRIES = ARGV[1], ARGV[2]
local thread, why = open_thread(0)
if not thread then return absent(why) end

set_entries(0, NAME, NEW_ENTRIES)
for i = 3, #ARGV do remove_entry(0, NAME, ARGV[i]) end
save(0, thread)
return { 'stored' }
`,
);

/**
 * Makes someone the owner of a thread, which is created if it does not exist.
 *
 * - KEYS: 1 to 9.
 * - ARGV: 1 thread, 2 "c" and the claim, 3 milliseconds after which others can take it, 4 new epoch, 5 time to live
 *   of the thread or "", 6 "1" to only renew a claim, or "".
 * - Out: `claimed`, `lost`, `held` and when that ends, `expired`, `incomplete`, `format`, `damaged`.
 * - Atomic: a script. An owner who asks again keeps it for longer.
 */
export const CLAIM: Script = script(
  "claim",
  { durable: true, parts: [CLOCK, THREAD] },
  String.raw`
local NAME, OWNER, HELD_FOR, NEW_EPOCH, TTL, RENEWS = unpack(ARGV)
local thread, why = open_thread(0)
if why == 'missing' then
  local expires = redis.call('ZSCORE', KEYS[EXPIRY], NAME)
  if expires and tonumber(expires) <= NOW then return { 'expired' } end
elseif why then
  return { why }
end
if RENEWS ~= '' and not (thread and thread.claim == OWNER) then return { 'lost' } end
if thread and thread.claim and thread.claim ~= OWNER and thread.free > NOW then
  return { 'held', text(thread.free) }
end

local known = thread or new_thread(NEW_EPOCH)
known.claim = OWNER
known.free = NOW + tonumber(HELD_FOR)
known.expires = moved_expiry(known, TTL)
save(0, known)
if known.expires then
  expire_keys(0, known.expires)
  redis.call('ZADD', KEYS[EXPIRY], text(known.expires), NAME)
end
if not thread then redis.call('ZADD', KEYS[THREADS], text(-NOW), NAME) end
return { 'claimed' }
`,
);

/**
 * Removes the claim from a thread.
 *
 * - KEYS: 1 to 5.
 * - ARGV: 1 "c" and the claim.
 * - Out: `released`, or `other`, `missing`, `incomplete`, `format`, `damaged`.
 * - Atomic: a script.
 */
export const RELEASE: Script = script(
  "release",
  { durable: true, parts: [CLOCK, THREAD] },
  String.raw`
local thread, why = open_thread(0)
if not thread then return absent(why) end
if thread.claim ~= ARGV[1] then return { 'other' } end

thread.claim, thread.free = nil, nil
save(0, thread)
return { 'released' }
`,
);

/**
 * How much is stored for a thread.
 *
 * - KEYS: 1 to 5.
 * - Out: `found`, how many checkpoints, and bytes of memory; or `missing`, `incomplete`, `format`, `damaged`.
 * - Atomic: a script. The server measures every value and sends none.
 */
export const STATS: Script = script(
  "stats",
  { durable: false, parts: [CLOCK, THREAD] },
  String.raw`
local thread, why = open_thread(0)
if not thread then return absent(why) end

local bytes = 0
for i = THREAD, BLOBS do bytes = bytes + (redis.call('MEMORY', 'USAGE', KEYS[i], 'SAMPLES', '0') or 0) end
return { 'found', text(redis.call('HLEN', KEYS[CHECKPOINTS])), text(bytes) }
`,
);

/**
 * Sets a thread's own time to live.
 *
 * - KEYS: 1 to 6.
 * - ARGV: 1 thread, 2 milliseconds, "-1" for never, "" to have none.
 * - Out: `stored`, or `missing`, `incomplete`, `format`, `damaged`.
 * - Atomic: a script; all keys get the same time.
 */
export const EXPIRE: Script = script(
  "expire",
  { durable: true, parts: [CLOCK, THREAD] },
  String.raw`
local NAME, OWN = ARGV[1], ARGV[2]
local thread, why = open_thread(0)
if not thread then return absent(why) end

thread.own = OWN ~= '' and OWN or nil
if OWN == '-1' then
  thread.expires = nil
  save(0, thread)
  for i = THREAD, BLOBS do redis.call('PERSIST', KEYS[i]) end
  redis.call('ZREM', KEYS[EXPIRY], NAME)
elseif OWN == '' then
  save(0, thread)
else
  thread.expires = NOW + tonumber(OWN)
  save(0, thread)
  redis.call('ZADD', KEYS[EXPIRY], text(thread.expires), NAME)
  expire_keys(0, thread.expires)
end
return { 'stored' }
`,
);

/**
 * Removes threads.
 *
 * - KEYS: 1 to 9 of each.
 * - ARGV: threads.
 * - Out: `removed` and how many there were.
 * - Atomic: a script. The keys are unlinked: the server frees their memory in the background.
 */
export const DELETE_THREADS: Script = script(
  "delete-threads",
  { durable: true, parts: [CLOCK, THREAD, ENTRIES, LEAVING] },
  String.raw`
local count = 0
for i, name in ipairs(ARGV) do
  if drop(9 * i - 9, name) then count = count + 1 end
end
return { 'removed', text(count) }
`,
);

/**
 * Removes what is left of a thread if it has expired.
 *
 * - KEYS: 1 to 9.
 * - ARGV: 1 thread.
 * - Out: `removed` and "1" or "0", or `incomplete`, `format`, `damaged`.
 * - Atomic: a script. An index that is wrong about a thread is mended.
 */
export const SWEEP_THREAD: Script = script(
  "sweep-thread",
  { durable: true, parts: [CLOCK, THREAD, ENTRIES, LEAVING] },
  String.raw`
local NAME = ARGV[1]
local expires = redis.call('ZSCORE', KEYS[EXPIRY], NAME)
if not expires or tonumber(expires) > NOW then return { 'removed', '0' } end
local opened, why, partial = open_thread(0)
local thread = opened or partial
if thread then
  -- The index, which has no checksum, is wrong.
  index_expiry(NAME, thread)
  return { 'removed', '0' }
end
if why ~= 'missing' and why ~= 'expired' then return { why } end
drop(0, NAME)
return { 'removed', '1' }
`,
);
