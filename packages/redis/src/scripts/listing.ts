import { CLOCK, ENTRIES, THREAD } from "./parts.ts";
import { ORDER, PACKED, RECORD } from "./record-parts.ts";
import { script, type Script } from "./script.ts";

/*
 * Listing threads: first their names in order, from the indexes of the buckets, then what each of them is. On a
 * cluster, the scripts for names are called for one bucket, elsewhere for all at once: the number of keys says for how
 * many.
 */

/** The order of threads: the most recently written first. A score is a negated time. */
const IN_ORDER: string = String.raw`
-- Lua compares strings by the locale of the server; ids are compared by bytes.
local function by_bytes(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local function before(a, b)
  return a.score < b.score or (a.score == b.score and by_bytes(a.thread, b.thread))
end
`;

/**
 * The most recently written threads, of those that have not expired.
 *
 * - KEYS: for each bucket its threads and expiry.
 * - ARGV: 1 limit; 2 time and 3 thread to start after, or neither.
 * - Out: thread and time of the last write, alternating, in order; at most the limit.
 * - Atomic: a script.
 */
export const LIST_THREADS: Script = script(
  "list-threads",
  { durable: false, parts: [CLOCK, IN_ORDER] },
  String.raw`
local LIMIT, AFTER_TIME, AFTER = unpack(ARGV)
local THREADS, EXPIRY = 0, 1
local limit, start, behind = tonumber(LIMIT), '-inf', nil
if AFTER then start, behind = text(-tonumber(AFTER_TIME)), AFTER end

-- A bucket and its next thread. Scores are times with a minus, so that the newest comes first.
local function advance(bucket)
  repeat
    bucket.at = bucket.at + 2
    if bucket.at > #bucket.page then
      if bucket.offset > 0 and #bucket.page < 2 * bucket.size then return nil end
      bucket.size = math.min(4 * bucket.size, 500)
      bucket.page = redis.call('ZRANGEBYSCORE', KEYS[bucket.keys + THREADS], start, '+inf', 'WITHSCORES',
        'LIMIT', bucket.offset, bucket.size)
      bucket.offset = bucket.offset + bucket.size
      bucket.at = 1
      if #bucket.page == 0 then return nil end
    end
    bucket.thread, bucket.score = bucket.page[bucket.at], tonumber(bucket.page[bucket.at + 1])
    bucket.expires = redis.call('ZSCORE', KEYS[bucket.keys + EXPIRY], bucket.thread)
    local passed = behind and bucket.score == tonumber(start) and not by_bytes(behind, bucket.thread)
  until not passed and not (bucket.expires and tonumber(bucket.expires) <= NOW)
  return bucket
end

-- A heap: each bucket comes before those at twice its place and at the next.
local heap = {}
local function sink(at)
  while true do
    local least, left, right = at, 2 * at, 2 * at + 1
    if heap[left] and before(heap[left], heap[least]) then least = left end
    if heap[right] and before(heap[right], heap[least]) then least = right end
    if least == at then return end
    heap[at], heap[least] = heap[least], heap[at]
    at = least
  end
end
for keys = 1, #KEYS, 2 do
  heap[#heap + 1] = advance({ keys = keys, page = {}, at = 1, offset = 0, size = #KEYS == 2 and 25 or 1 })
end
for at = math.floor(#heap / 2), 1, -1 do sink(at) end

local answer = {}
while #answer < 2 * limit and #heap > 0 do
  local bucket = heap[1]
  answer[#answer + 1] = bucket.thread
  answer[#answer + 1] = text(-bucket.score)
  if not advance(bucket) then
    heap[1] = heap[#heap]
    heap[#heap] = nil
  end
  sink(1)
end
return answer
`,
);

/**
 * The same for threads that have an entry.
 *
 * - KEYS: for each bucket its entries, threads and expiry.
 * - ARGV: 1 limit, 2 key and token as they are in the index; 3 time and 4 thread to start after, or neither.
 * - Out: as above.
 * - Atomic: a script. It reads every thread that has the entry, and no other.
 */
export const FIND_THREADS: Script = script(
  "find-threads",
  { durable: false, parts: [CLOCK, IN_ORDER] },
  String.raw`
local LIMIT, ENTRY, AFTER_TIME, AFTER = unpack(ARGV)
local ENTRIES, THREADS, EXPIRY = 0, 1, 2
local start = AFTER and { score = -tonumber(AFTER_TIME), thread = AFTER }
local found = {}

local function take(keys, thread)
  local score = redis.call('ZSCORE', KEYS[keys + THREADS], thread)
  score = score and tonumber(score)
  local expires = score and redis.call('ZSCORE', KEYS[keys + EXPIRY], thread)
  if not score or (expires and tonumber(expires) <= NOW) then return end
  local one = { score = score, thread = thread }
  if not start or before(start, one) then found[#found + 1] = one end
end

for keys = 1, #KEYS, 3 do
  local from = '[e' .. ENTRY .. '\0'
  while true do
    local page = redis.call('ZRANGEBYLEX', KEYS[keys + ENTRIES], from, '(e' .. ENTRY .. '\1', 'LIMIT', 0, 500)
    for _, member in ipairs(page) do take(keys, string.sub(member, #ENTRY + 3)) end
    if #page < 500 then break end
    from = '(' .. page[#page]
  end
end

table.sort(found, before)
local answer = {}
for i = 1, math.min(#found, tonumber(LIMIT)) do
  answer[#answer + 1] = found[i].thread
  answer[#answer + 1] = text(-found[i].score)
end
return answer
`,
);

/**
 * Describes threads, those that pass a filter.
 *
 * - KEYS: of each thread, 1 to 5 and its bucket's threads.
 * - ARGV: 1 number of channels to look for among the writes of the newest root checkpoint; these channels; the threads;
 *   then conditions: a key, a token, and "1" if the key must have the token, "0" if the key must not exist.
 * - Out: for each thread nil if it is gone or does not pass, "damaged", "format" or "incomplete", or a list: times of
 *   creation, last write and expiry or "", claim or "", its end or "", newest root checkpoint or nil, its parent or
 *   nil and the seal of the two, fields and packed writes that were found (those to the channels, and those with a
 *   negative index), entries (key and content, alternating), "incomplete" or nil, time of the last write according to
 *   the bucket or nil. An incomplete thread has no newest checkpoint here.
 * - Atomic: a script.
 */
export const DESCRIBE_THREADS: Script = script(
  "describe-threads",
  { durable: false, parts: [CLOCK, THREAD, ENTRIES, RECORD, ORDER, PACKED] },
  String.raw`
local CHANNELS = tonumber(ARGV[1])
local wanted = {}
for i = 2, 1 + CHANNELS do wanted[ARGV[i]] = true end

local function passes(tokens)
  for i = 2 + CHANNELS + #KEYS / 6, #ARGV, 3 do
    local token = tokens[ARGV[i]]
    if ARGV[i + 2] == '1' then
      if token ~= ARGV[i + 1] then return false end
    elseif token then
      return false
    end
  end
  return true
end

local function pending_at(at, place)
  local found = {}
  if CHANNELS == 0 then return found end
  local writes, specials = read_writes(place, KEYS[at + ORDER], KEYS[at + WRITES])
  for i = 1, #writes, 2 do
    local pieces = {}
    each_write(writes[i + 1], function(idx, piece)
      if idx < 0 then specials = specials - 1 end
      if idx < 0 or wanted[channel_of(piece)] then pieces[#pieces + 1] = piece end
    end)
    if #pieces > 0 then
      found[#found + 1] = writes[i]
      found[#found + 1] = table.concat(pieces)
    end
  end
  if specials ~= 0 then damaged() end
  return found
end

local function describe(at)
  local opened, why, partial = open_thread(at)
  if why == 'damaged' or why == 'format' then return why end
  local thread = opened or partial
  if not thread then return why == 'incomplete' and why end
  local tokens, entries = {}, {}
  local fields = redis.call('HGETALL', KEYS[at + THREAD])
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 1) == 'm' then
      local key = string.sub(fields[i], 2)
      tokens[key] = token_of(fields[i + 1])
      entries[#entries + 1] = key
      entries[#entries + 1] = fields[i + 1]
    end
  end
  if #entries ~= 2 * thread.entries then return 'damaged' end
  if not passes(tokens) then return false end
  local head, parent, seal, pending = nil, false, '', {}
  if why ~= 'incomplete' then head = checked_head_of('n\0', '\0\255', KEYS[at + ORDER]) end
  if head then
    local place = head .. '\0\255'
    local record = redis.call('HGET', KEYS[at + CHECKPOINTS], place)
    parent, seal, pending = read(record) or false, parent_seal_of(record), pending_at(at, place)
  end
  return { thread.created, thread.updated, thread.expires and text(thread.expires) or '', thread.claim or '',
    thread.free and text(thread.free) or '', head or false, parent, seal, pending, entries,
    why or false, redis.call('ZSCORE', KEYS[at + 6], ARGV[2 + CHANNELS + at / 6]) }
end

local answer = {}
for at = 0, #KEYS - 1, 6 do
  -- A damaged thread must not hide which one it is.
  local ok, described = pcall(describe, at)
  answer[#answer + 1] = ok and described or (not ok and 'damaged')
end
return answer
`,
);
