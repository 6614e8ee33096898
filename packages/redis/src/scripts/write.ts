import { CLOCK, LEAVING, ORDER, PACKED, RECORD, THREAD, WRITING } from "./parts.ts";
import { script, type Script } from "./script.ts";

/**
 * Stores a checkpoint.
 *
 * - KEYS: 1 to 9.
 * - ARGV: 1 thread, 2 believed epoch or "", 3 new epoch, 4 time to live or "", 5 place, 6 prefix of the
 *   namespace in the order, 7 id, 8 record, 9 "1" to keep the parent, 10 "1" for the fence, 11 ids of
 *   blobs; then the bytes of each.
 * - Out: `stored` and the epoch, or `expired`, `stale`, `conflict` and the head, `incomplete`, `format`.
 * - Atomic: a script. Everything is judged before the first write.
 */
export const PUT: Script = script(
  "put",
  { durable: true, parts: [CLOCK, THREAD, WRITING, RECORD, ORDER, LEAVING] },
  String.raw`
local thread, why = open_thread(0)
local refused = refusal(thread, why)
if refused then return refused end

local name, place, prefix, id, record = ARGV[1], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local parent, run = read(record)
if ARGV[10] == '1' then
  local head = head_of(prefix)
  if head ~= id and head ~= parent then return { 'conflict', head or false } end
end

local existing = redis.call('HGET', KEYS[2], place)
local old_parent, old_run
if existing then old_parent, old_run = read(existing) end
if ARGV[9] == '1' then record = with_parent(record, old_parent) end

-- A checkpoint that moves to another run leaves its old one, unless others of the thread are still of it.
local leaving = old_run ~= run and old_run
if leaving then
  each_page('i', function(places)
    for i, other in ipairs(redis.call('HMGET', KEYS[2], unpack(places))) do
      local _, other_run = read(other)
      if places[i] ~= place and other_run == leaving then leaving = nil end
    end
  end)
end

redis.call('HSET', KEYS[2], place, record)
store_blobs(11)
if not existing then redis.call('ZADD', KEYS[3], 0, prefix .. id, 0, 'i' .. place) end
if run and run ~= old_run then add_run(name, KEYS[9], run) end
if leaving then remove_run(name, KEYS[9], leaving) end
return touch(thread)
`,
);

/**
 * Stores writes of a task.
 *
 * - KEYS: 1 to 9.
 * - ARGV: 1 thread, 2 believed epoch or "", 3 new epoch, 4 time to live or "", 5 place of the checkpoint and
 *   task, 6 packed writes, 7 ids of blobs; then the bytes of each.
 * - Out: as of put, without `conflict`.
 * - Atomic: a script. A write with an index of 0 or more that is there already stays; others are replaced.
 */
export const PUT_WRITES: Script = script(
  "put-writes",
  { durable: true, parts: [CLOCK, THREAD, WRITING, PACKED] },
  String.raw`
local thread, why = open_thread(0)
local refused = refusal(thread, why)
if refused then return refused end

local field, packed = ARGV[5], ARGV[6]
local existing = redis.call('HGET', KEYS[4], field)
if existing then
  local pieces, order = {}, {}
  local function add(idx, piece)
    if not pieces[idx] then order[#order + 1] = idx end
    if idx < 0 or not pieces[idx] then pieces[idx] = piece end
  end
  each_write(existing, add)
  each_write(packed, add)
  for i, idx in ipairs(order) do order[i] = pieces[idx] end
  packed = table.concat(order)
end

redis.call('HSET', KEYS[4], field, packed)
store_blobs(7)
if not existing then redis.call('ZADD', KEYS[3], 0, 'w' .. field) end
return touch(thread)
`,
);

/**
 * Gives a thread a time to live of its own.
 *
 * - KEYS: 1 to 6.
 * - ARGV: 1 thread, 2 milliseconds, "-1" for never, "" for none of its own.
 * - Out: `stored`, or `missing`, `incomplete`, `format`.
 * - Atomic: a script; all keys get the same time.
 */
export const EXPIRE: Script = script(
  "expire",
  { durable: true, parts: [CLOCK, THREAD, WRITING] },
  String.raw`
local thread, why = open_thread(0)
if not thread then return absent(why) end

if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], 'l')
elseif ARGV[2] == '-1' then
  redis.call('HSET', KEYS[1], 'l', '-1')
  redis.call('HDEL', KEYS[1], 'x')
  for i = 1, 5 do redis.call('PERSIST', KEYS[i]) end
  redis.call('ZREM', KEYS[6], ARGV[1])
else
  local expires = NOW + tonumber(ARGV[2])
  redis.call('HSET', KEYS[1], 'l', ARGV[2], 'x', text(expires))
  redis.call('ZADD', KEYS[6], text(expires), ARGV[1])
  expire_keys(0, expires)
end
return { 'stored' }
`,
);
