import { CLOCK, ENTRIES, LEAVING, THREAD } from "./parts.ts";
import { ORDER, RECORD } from "./record-parts.ts";
import { script, type Script } from "./script.ts";

/*
 * Scripts over the indexes of buckets. On a cluster, each is called for one bucket, elsewhere for all buckets at once:
 * the number of keys says for how many.
 */

/**
 * Threads with a checkpoint from any of the given runs.
 *
 * - KEYS: for each bucket its runs and expiry.
 * - ARGV: 1 limit, 2 "1" if there is a thread to start after, 3 that thread; then runs.
 * - Out: threads: for each run and bucket those that come first, at most the limit. They are in any order, and one may
 *   be there twice.
 * - Atomic: a script.
 */
export const THREADS_OF_RUNS: Script = script(
  "threads-of-runs",
  { durable: false, parts: [CLOCK] },
  String.raw`
local LIMIT, HAS_AFTER, AFTER = unpack(ARGV, 1, 3)
local RUNS, EXPIRY = 0, 1
local limit, answer = tonumber(LIMIT), {}
for at = 1, #KEYS, 2 do
  for i = 4, #ARGV do
    local prefix = 'r' .. ARGV[i] .. '\0'
    local from = HAS_AFTER == '1' and '(' .. prefix .. AFTER or '[' .. prefix
    local taken = 0
    while taken < limit do
      local page = redis.call('ZRANGEBYLEX', KEYS[at + RUNS], from, '(r' .. ARGV[i] .. '\1', 'LIMIT', 0, limit - taken)
      if #page == 0 then break end
      for _, member in ipairs(page) do
        local thread = string.sub(member, #prefix + 1)
        local expires = redis.call('ZSCORE', KEYS[at + EXPIRY], thread)
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
 * - Out: at most that many threads.
 * - Atomic: a script.
 */
export const EXPIRED_THREADS: Script = script(
  "expired-threads",
  { durable: false, parts: [CLOCK] },
  String.raw`
local limit, answer = tonumber(ARGV[1]), {}
for _, expiry in ipairs(KEYS) do
  if #answer == limit then break end
  for _, thread in ipairs(redis.call('ZRANGEBYSCORE', expiry, '-inf', text(NOW), 'LIMIT', 0, limit - #answer)) do
    answer[#answer + 1] = thread
  end
end
return answer
`,
);

/**
 * Puts a thread into the indexes of its bucket, according to its own keys. Entries and runs that are there already stay.
 *
 * - KEYS: 1 to 9 of the thread.
 * - ARGV: 1 thread.
 * - Out: `indexed`, or `skipped` when it is gone, has expired or is of a newer version; or `damaged`.
 * - Atomic: a script. A thread that has lost a part is indexed too, so that it can be found and deleted.
 */
export const REINDEX: Script = script(
  "reindex",
  { durable: true, parts: [CLOCK, THREAD, ENTRIES, LEAVING, RECORD, ORDER] },
  String.raw`
local NAME = ARGV[1]
local opened, why, partial = open_thread(0)
if why == 'damaged' then return { why } end
local thread = opened or partial
if not thread then return { 'skipped' } end

local runs = {}
each_page('i', function(places)
  for _, record in ipairs(redis.call('HMGET', KEYS[CHECKPOINTS], unpack(places))) do
    local _, run
    if record then _, run = read(record) end
    if run then runs[run] = true end
  end
end)
local fields = redis.call('HGETALL', KEYS[THREAD])

redis.call('ZADD', KEYS[THREADS], '-' .. thread.updated, NAME)
index_expiry(NAME, thread)
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 1) == 'm' then
    index_entry(KEYS[ENTRIES], NAME, string.sub(fields[i], 2), token_of(fields[i + 1]))
  end
end
for run in pairs(runs) do add_run(NAME, KEYS[RUNS], run) end
return { 'indexed' }
`,
);
