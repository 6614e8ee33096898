import { BLOBS, CLOCK, LEAVING, ORDER, PACKED, RECORD, THREAD, WRITING } from "./parts.ts";
import { script, type Script } from "./script.ts";

/**
 * Removes checkpoints, their writes, and the blobs that nothing refers to any more.
 *
 * - KEYS: 1 to 9.
 * - ARGV: 1 thread, 2 new epoch, 3 how many checkpoints go; their places; their members of the
 *   namespaces' order; then for each that gets another parent its place, "1" if it gets one, and that parent.
 * - Out: `removed` and how many blobs went, or `conflict`, `incomplete`, `format`.
 * - Atomic: a script. It looks at every checkpoint before it changes one.
 */
export const REMOVE: Script = script(
  "remove",
  { durable: true, parts: [CLOCK, THREAD, WRITING, RECORD, ORDER, PACKED, BLOBS, LEAVING] },
  String.raw`
local thread, why = open_thread(0)
if not thread then
  if why == 'missing' or why == 'expired' then return { 'removed', '0' } end
  return { why }
end

local name, going = ARGV[1], tonumber(ARGV[3])
local gone, relinked = {}, {}
for i = 4, 3 + going do gone[ARGV[i]] = true end
for i = 4 + 2 * going, #ARGV, 3 do relinked[ARGV[i]] = { ARGV[i + 1] == '1' and ARGV[i + 2] or nil } end

-- Of what goes nothing but its place is looked at, so that the time is that of the survivors.
local staying, conflict, seen, live, left_runs = 0, false, {}, {}, {}
local members, fields = {}, {}
each_page('i', function(places, page)
  local kept = {}
  for i, place in ipairs(places) do
    if gone[place] then
      members[#members + 1] = page[i]
    else
      kept[#kept + 1] = place
    end
  end
  if #kept == 0 then return end
  staying = staying + #kept
  for i, record in ipairs(redis.call('HMGET', KEYS[2], unpack(kept))) do
    local place = kept[i]
    local parent, run, refs_at, tokens_at = read(record)
    if run then left_runs[run] = true end
    add_ids(live, seen, string.sub(record, refs_at, tokens_at - 1))
    if parent and gone[parent .. suffix_of(place)] and not relinked[place] then conflict = true end
  end
end)
if conflict then return { 'conflict' } end

if staying == 0 then
  local blobs = redis.call('HLEN', KEYS[5])
  drop(0, name)
  return { 'removed', text(blobs) }
end

each_page('w', function(tasks, page)
  local kept = {}
  for i, field in ipairs(tasks) do
    if gone[string.sub(field, 1, (string.find(field, '\255', 1, true)))] then
      fields[#fields + 1] = field
      members[#members + 1] = page[i]
    else
      kept[#kept + 1] = field
    end
  end
  if #kept == 0 then return end
  for _, packed in ipairs(redis.call('HMGET', KEYS[4], unpack(kept))) do
    each_write(packed, function(_, piece) add_ids(live, seen, refs_of(piece)) end)
  end
end)

-- Only nodes have something below them, so leaves are not read. The list grows while it is walked.
local first = 1
while first <= #live do
  local nodes = {}
  while first <= #live and #nodes < 500 do
    if is_node(live[first]) then nodes[#nodes + 1] = live[first] end
    first = first + 1
  end
  if #nodes > 0 then
    for _, bytes in ipairs(redis.call('HMGET', KEYS[5], unpack(nodes))) do
      if bytes then add_ids(live, seen, bytes) end
    end
  end
end
local dead, count = {}, 0
for _, id in ipairs(redis.call('HKEYS', KEYS[5])) do
  if not seen[id] then
    count = count + 1
    dead[count] = id
  end
end

call_with('HDEL', KEYS[2], ARGV, 4, 3 + going)
call_with('ZREM', KEYS[3], ARGV, 4 + going, 3 + 2 * going)
call_with('ZREM', KEYS[3], members, 1, #members)
call_with('HDEL', KEYS[4], fields, 1, #fields)
call_with('HDEL', KEYS[5], dead, 1, count)
for place, parent in pairs(relinked) do
  local record = redis.call('HGET', KEYS[2], place)
  if record then redis.call('HSET', KEYS[2], place, with_parent(record, parent[1])) end
end
for _, run in ipairs(runs_of(name, KEYS[9])) do
  if not left_runs[run] then remove_run(name, KEYS[9], run) end
end
redis.call('HSET', KEYS[1], 'e', ARGV[2], 'k', belongings(0))
return { 'removed', text(count) }
`,
);

/**
 * Removes a thread.
 *
 * - KEYS: 1 to 9.
 * - ARGV: 1 thread.
 * - Out: `removed`.
 * - Atomic: a script. The keys are unlinked: the server frees their memory beside other work.
 */
export const DELETE_THREAD: Script = script(
  "delete-thread",
  { durable: true, parts: [CLOCK, LEAVING] },
  String.raw`
drop(0, ARGV[1])
return { 'removed' }
`,
);

/**
 * Removes what is left of a thread if it has expired.
 *
 * - KEYS: 1 to 9.
 * - ARGV: 1 thread.
 * - Out: `removed` and "1" or "0".
 * - Atomic: a script.
 */
export const SWEEP_THREAD: Script = script(
  "sweep-thread",
  { durable: true, parts: [CLOCK, LEAVING] },
  String.raw`
local expires = redis.call('ZSCORE', KEYS[6], ARGV[1])
if not expires or tonumber(expires) > NOW then return { 'removed', '0' } end
drop(0, ARGV[1])
return { 'removed', '1' }
`,
);
