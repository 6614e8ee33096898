import { CLOCK, LEAVING, ORDER, RECORD } from "./parts.ts";
import { script, type Script } from "./script.ts";

/*
 * Scripts over the indexes of buckets. On a cluster each of them is called for one bucket, elsewhere for all
 * at once: the number of keys says for how many.
 */

/**
 * The threads that were written to last, of those not expired.
 *
 * - KEYS: for each bucket its threads, times of creation, expiry.
 * - ARGV: 1 limit; 2 time and 3 thread to start behind, or none of both.
 * - Out: thread, updated, created and expiry or "", in turns; in order, at most so many.
 * - Atomic: a script.
 */
export const LIST_THREADS: Script = script(
  "list-threads",
  { durable: false, parts: [CLOCK] },
  String.raw`
local limit, start, behind = tonumber(ARGV[1]), '-inf', nil
if ARGV[2] then start, behind = text(-tonumber(ARGV[2])), ARGV[3] end

-- Lua compares strings by the locale of the server; ids are compared by bytes.
local function by_bytes(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

-- A bucket and its next thread. Scores are times with a minus, so that the newest comes first.
local function advance(bucket)
  repeat
    bucket.at = bucket.at + 2
    if bucket.at > #bucket.page then
      if bucket.offset > 0 and #bucket.page < 2 * bucket.size then return nil end
      bucket.size = math.min(4 * bucket.size, 500)
      bucket.page = redis.call('ZRANGEBYSCORE', KEYS[bucket.key], start, '+inf', 'WITHSCORES',
        'LIMIT', bucket.offset, bucket.size)
      bucket.offset = bucket.offset + bucket.size
      bucket.at = 1
      if #bucket.page == 0 then return nil end
    end
    bucket.thread, bucket.score = bucket.page[bucket.at], tonumber(bucket.page[bucket.at + 1])
    bucket.expires = redis.call('ZSCORE', KEYS[bucket.key + 2], bucket.thread)
    local passed = behind and bucket.score == tonumber(start) and not by_bytes(behind, bucket.thread)
  until not passed and not (bucket.expires and tonumber(bucket.expires) <= NOW)
  return bucket
end

local function before(a, b)
  return a.score < b.score or (a.score == b.score and by_bytes(a.thread, b.thread))
end

-- A heap: each bucket comes before those at twice its place and behind that.
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
for key = 1, #KEYS, 3 do
  heap[#heap + 1] = advance({ key = key, page = {}, at = 1, offset = 0, size = #KEYS == 3 and 25 or 1 })
end
for at = math.floor(#heap / 2), 1, -1 do sink(at) end

local answer = {}
while #answer < 4 * limit and #heap > 0 do
  local bucket = heap[1]
  answer[#answer + 1] = bucket.thread
  answer[#answer + 1] = text(-bucket.score)
  answer[#answer + 1] = redis.call('HGET', KEYS[bucket.key + 1], bucket.thread) or text(-bucket.score)
  answer[#answer + 1] = bucket.expires and text(tonumber(bucket.expires)) or ''
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
 * Which threads have a newest root checkpoint that passes a filter.
 *
 * - KEYS: for each thread its own key, checkpoints, order.
 * - ARGV: conditions, each a piece of the tokens and "1" when it must be there, "0" when it must not.
 * - Out: for each thread "1" or "0".
 * - Atomic: a script.
 */
export const PASSING_HEADS: Script = script(
  "passing-heads",
  { durable: false },
  String.raw`
local function passes(at)
  if redis.call('EXISTS', KEYS[at]) == 0 then return false end
  local newest = redis.call('ZREVRANGEBYLEX', KEYS[at + 2], '(n\1', '[n\0', 'LIMIT', 0, 1)[1]
  local record = newest and redis.call('HGET', KEYS[at + 1], string.sub(newest, 3) .. '\0\255')
  if not record then return false end
  local parent, run, header, refs, tokens = struct.unpack('>I4I4I4I4I4', record)
  local from = 21 + math.max(parent - 1, 0) + math.max(run - 1, 0) + header + refs
  local index = string.sub(record, from, from + tokens - 1)
  for i = 1, #ARGV, 2 do
    if (string.find(index, ARGV[i], 1, true) ~= nil) ~= (ARGV[i + 1] == '1') then return false end
  end
  return true
end

local answer = {}
for at = 1, #KEYS, 3 do answer[#answer + 1] = passes(at) and '1' or '0' end
return answer
`,
);

/**
 * Threads with a checkpoint of one of some runs.
 *
 * - KEYS: for each bucket its runs and expiry.
 * - ARGV: 1 limit, 2 "1" if there is a thread to start behind, 3 that thread; then runs.
 * - Out: threads: at most so many of each run and bucket, those that come first. In any order, and one may be
 *   there twice.
 * - Atomic: a script.
 */
export const THREADS_OF_RUNS: Script = script(
  "threads-of-runs",
  { durable: false, parts: [CLOCK] },
  String.raw`
local limit, answer = tonumber(ARGV[1]), {}
for key = 1, #KEYS, 2 do
  for i = 4, #ARGV do
    local prefix = 'r' .. ARGV[i] .. '\0'
    local from = ARGV[2] == '1' and '(' .. prefix .. ARGV[3] or '[' .. prefix
    local taken = 0
    while taken < limit do
      local page = redis.call('ZRANGEBYLEX', KEYS[key], from, '(r' .. ARGV[i] .. '\1', 'LIMIT', 0, limit - taken)
      if #page == 0 then break end
      for _, member in ipairs(page) do
        local thread = string.sub(member, #prefix + 1)
        local expires = redis.call('ZSCORE', KEYS[key + 1], thread)
        if not expires or tonumber(expires) > NOW then
          taken = taken + 1
          answer[#answer + 1] = thread
        end
      end
      from = '(' .. page[#page]
    end
  end
end
return answer
`,
);

/**
 * Threads that have expired and were not swept.
 *
 * - KEYS: for each bucket its expiry.
 * - ARGV: 1 limit.
 * - Out: at most so many threads.
 * - Atomic: a script.
 */
export const EXPIRED_THREADS: Script = script(
  "expired-threads",
  { durable: false, parts: [CLOCK] },
  String.raw`
local limit, answer = tonumber(ARGV[1]), {}
for key = 1, #KEYS do
  if #answer == limit then break end
  for _, thread in ipairs(redis.call('ZRANGEBYSCORE', KEYS[key], '-inf', text(NOW), 'LIMIT', 0, limit - #answer)) do
    answer[#answer + 1] = thread
  end
end
return answer
`,
);

/**
 * Puts a thread into the indexes of its bucket, as its own keys have it. What is there already stays.
 *
 * - KEYS: 1 to 9 of the thread.
 * - ARGV: 1 thread.
 * - Out: `indexed`, or `skipped` when it is gone, has expired or is of a newer version.
 * - Atomic: a script. A thread of which a part is gone is indexed too, so that it can be found and deleted.
 */
export const REINDEX: Script = script(
  "reindex",
  { durable: true, parts: [CLOCK, RECORD, ORDER, LEAVING] },
  String.raw`
local format, updated, created, expires = unpack(redis.call('HMGET', KEYS[1], 'f', 'u', 'c', 'x'))
if format ~= '1' or (expires and tonumber(expires) <= NOW) then return { 'skipped' } end

local runs = {}
each_page('i', function(places)
  for _, record in ipairs(redis.call('HMGET', KEYS[2], unpack(places))) do
    local _, run
    if record then _, run = read(record) end
    if run then runs[run] = true end
  end
end)

redis.call('ZADD', KEYS[7], '-' .. updated, ARGV[1])
redis.call('HSETNX', KEYS[8], ARGV[1], created)
if expires then redis.call('ZADD', KEYS[6], expires, ARGV[1]) end
for run in pairs(runs) do add_run(ARGV[1], KEYS[9], run) end
return { 'indexed' }
`,
);
