import { CLOCK, THREAD } from "./parts.ts";
import { BLOBS, ORDER, PACKED, RECORD } from "./record-parts.ts";
import { script, type Script } from "./script.ts";

/**
 * One checkpoint with its writes and blobs.
 *
 * - KEYS: 1 to 5; 6 where the expiry is renewed.
 * - ARGV: 1 id, or "" for the newest, 2 prefix of the namespace in the order, 3 what follows the id in its
 *   places, 4 ids of blobs that the caller has.
 * - Out: `found`, epoch, place, record, writes, blobs; or `missing`, `incomplete`, `format`, `damaged`.
 * - Atomic: a script.
 */
const getBody: string = String.raw`
local thread, why = open_thread(0)
if not thread then return absent(why) end
local ID, PREFIX, SUFFIX, HAVE = unpack(ARGV, 1, 4)
local id = ID ~= '' and ID or checked_head_of(PREFIX, SUFFIX)
if not id then return { 'missing' } end
local place = id .. SUFFIX
local record = redis.call('HGET', KEYS[CHECKPOINTS], place)
if not record then
  -- Where the order has it, it was there.
  if redis.call('ZSCORE', KEYS[ORDER], 'i' .. place) then damaged() end
  return { 'missing' }
end

local writes = read_writes(place)
local _, _, refs_at, tokens_at = read(record)
local roots = { string.sub(record, refs_at, tokens_at - 1) }
for i = 2, #writes, 2 do
  each_write(writes[i], function(_, piece) roots[#roots + 1] = refs_of(piece) end)
end
local blobs = blobs_below(roots, HAVE)
`;

export const GET: Script = script(
  "get",
  { durable: false, parts: [CLOCK, THREAD, RECORD, ORDER, PACKED, BLOBS] },
  `${getBody}return { 'found', thread.epoch, place, record, writes, blobs }`,
);

/**
 * The same, and renews the expiry of the thread.
 *
 * - ARGV: 5 thread, 6 time to live, unless the thread has its own.
 */
export const GET_RENEWING: Script = script(
  "get-renewing",
  { durable: false, parts: [CLOCK, THREAD, RECORD, ORDER, PACKED, BLOBS] },
  String.raw`${getBody}
local NAME, TTL = ARGV[5], ARGV[6]
if thread.own ~= '-1' then
  thread.expires = moved_expiry(thread, TTL)
  -- This comes first, because a full memory does not refuse it: reading must work then too.
  expire_keys(0, thread.expires)
  save(0, thread)
  redis.call('ZADD', KEYS[EXPIRY], text(thread.expires), NAME)
end
return { 'found', thread.epoch, place, record, writes, blobs }`,
);

/**
 * A page of checkpoints of a thread with their writes and blobs, newest first.
 *
 * - KEYS: 1 to 5.
 * - ARGV: 1 upper and 2 lower bound in the order, 3 how long the part of a member before the id is, 4 what follows
 *   the id in a place, or "" when it is in the member already, 5 limit, 6 ids of blobs that the caller has; then
 *   conditions, each a piece of the tokens and "1" when they must have it, "0" when they must not.
 * - Out: `found`, an upper bound for the next call, or "" at the end, checkpoints (place, record, writes,
 *   alternating), blobs; or `missing`, `incomplete`, `format`, `damaged`.
 * - Atomic: a script. It reads one page and no further, so that a filter which few checkpoints pass does not keep
 *   the server busy; the answer may then have few checkpoints, or none, and more may follow.
 */
export const SCAN: Script = script(
  "scan",
  { durable: false, parts: [CLOCK, THREAD, RECORD, ORDER, PACKED, BLOBS] },
  String.raw`
local thread, why = open_thread(0)
if not thread then return absent(why) end
local UPPER, LOWER, SKIP, SUFFIX, LIMIT, HAVE = unpack(ARGV, 1, 6)
local limit = tonumber(LIMIT)
check_order()
local hits, roots = {}, {}

local function passes(record, tokens_at, rest_at)
  if #ARGV == 6 then return true end
  local tokens = string.sub(record, tokens_at, rest_at - 1)
  for i = 7, #ARGV, 2 do
    if (string.find(tokens, ARGV[i], 1, true) ~= nil) ~= (ARGV[i + 1] == '1') then return false end
  end
  return true
end

local function take(place, record, refs_at, tokens_at)
  local writes = read_writes(place)
  roots[#roots + 1] = string.sub(record, refs_at, tokens_at - 1)
  for i = 2, #writes, 2 do
    each_write(writes[i], function(_, piece) roots[#roots + 1] = refs_of(piece) end)
  end
  hits[#hits + 1] = place
  hits[#hits + 1] = record
  hits[#hits + 1] = writes
end

local size = math.max(limit + 1, #ARGV > 6 and 300 or 0)
local members = redis.call('ZREVRANGEBYLEX', KEYS[ORDER], UPPER, LOWER, 'LIMIT', 0, size)
local places = {}
for i, member in ipairs(members) do places[i] = string.sub(member, SKIP + 1) .. SUFFIX end
local records = #places > 0 and redis.call('HMGET', KEYS[CHECKPOINTS], unpack(places)) or {}
local behind = #members == size and '(' .. members[size] or ''
for i, record in ipairs(records) do
  local _, _, refs_at, tokens_at, rest_at = read(record)
  if passes(record, tokens_at, rest_at) then
    if #hits == 3 * limit then
      behind = '(' .. members[i - 1]
      break
    end
    take(places[i], record, refs_at, tokens_at)
  end
end
return { 'found', behind, hits, blobs_below(roots, HAVE) }
`,
);

/**
 * A checkpoint and its ancestors, with their writes.
 *
 * - KEYS: 1 to 5.
 * - ARGV: 1 id, or "" for the newest, 2 prefix of the namespace in the order, 3 what follows the id in its
 *   places, 4 limit.
 * - Out: `found`, then place, outline and packed writes of each, alternating; or `missing`, `incomplete`, `format`,
 *   `damaged`.
 * - Atomic: a script.
 */
export const ANCESTORS: Script = script(
  "ancestors",
  { durable: false, parts: [CLOCK, THREAD, RECORD, ORDER, PACKED] },
  String.raw`
local thread, why = open_thread(0)
if not thread then return absent(why) end
local ID, PREFIX, SUFFIX, LIMIT = unpack(ARGV, 1, 4)

local answer = { 'found' }
local id = ID ~= '' and ID or checked_head_of(PREFIX, SUFFIX)
while id and #answer <= 3 * tonumber(LIMIT) - 2 do
  local place = id .. SUFFIX
  local record = redis.call('HGET', KEYS[CHECKPOINTS], place)
  if not record then
    if redis.call('ZSCORE', KEYS[ORDER], 'i' .. place) then damaged() end
    break
  end
  local parent, _, refs_at = read(record)
  answer[#answer + 1] = place
  answer[#answer + 1] = string.sub(record, 1, refs_at - 1)
  answer[#answer + 1] = read_writes(place)
  id = parent
end
return answer
`,
);

/**
 * Blobs at and below some ids.
 *
 * - KEYS: 1 to 5.
 * - ARGV: 1 ids, 2 ids of blobs that the caller has.
 * - Out: `found` and blobs; or `missing`, `incomplete`, `format`,
 *   `damaged`.
 * - Atomic: a script.
 */
export const READ_BLOBS: Script = script(
  "blobs",
  { durable: false, parts: [CLOCK, THREAD, BLOBS] },
  String.raw`
local thread, why = open_thread(0)
if not thread then return absent(why) end
return { 'found', blobs_below({ ARGV[1] }, ARGV[2]) }
`,
);

/**
 * A page of checkpoints without metadata and values.
 *
 * - KEYS: 1 to 5.
 * - ARGV: 1 upper bound in the order, 2 limit.
 * - Out: `found`, "1" when there are more, then place and outline of each; or `missing`, `incomplete`, `format`,
 *   `damaged`.
 * - Atomic: a script.
 */
export const OUTLINE: Script = script(
  "outline",
  { durable: false, parts: [CLOCK, THREAD, RECORD, ORDER] },
  String.raw`
local thread, why = open_thread(0)
if not thread then return absent(why) end
local UPPER, LIMIT = ARGV[1], ARGV[2]
local limit = tonumber(LIMIT)
check_order()
local members = redis.call('ZREVRANGEBYLEX', KEYS[ORDER], UPPER, '[i', 'LIMIT', 0, limit + 1)
local answer = { 'found', #members > limit and '1' or '0' }
for first = 1, math.min(#members, limit), 500 do
  local places = {}
  for i = first, math.min(first + 499, #members, limit) do places[#places + 1] = string.sub(members[i], 2) end
  for i, record in ipairs(redis.call('HMGET', KEYS[CHECKPOINTS], unpack(places))) do
    answer[#answer + 1] = places[i]
    answer[#answer + 1] = outline_of(record)
  end
end
return answer
`,
);
