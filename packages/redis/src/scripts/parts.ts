/*
 * Lua that several scripts share. A script begins with the parts that it names, in this order.
 *
 * KEYS of everything that works on a thread: 1 thread, 2 checkpoints, 3 order, 4 writes, 5 blobs; where the
 * expiry may change, 6 the bucket's expiry; where the thread may come or go, 7 its threads, 8 its times of
 * creation, 9 its runs. See `keys.ts` for what is in them.
 *
 * Every script reads and decides first and writes then: an error, that of a full memory included, can only come
 * from the first command that writes, and so leaves nothing half done.
 */

/** Time, and numbers as text. */
export const CLOCK: string = String.raw`
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local NOW = clock()

local function text(number)
  return string.format('%.0f', number)
end

-- Calls a command with any number of arguments behind a key; Lua's stack holds 8,000.
local function call_with(command, key, list, first, last)
  for from = first, last, 400 do
    redis.call(command, key, unpack(list, from, math.min(from + 399, last)))
  end
end
`;

/**
 * Opening a thread. Field k of it says how many other keys it has: when the server has evicted one, that
 * shows here, and the thread is refused in place of being read as if there had been nothing.
 */
export const THREAD: string = String.raw`
-- The thread whose keys begin behind "at", or nil and why not: missing, expired, incomplete, format.
local function open_thread(at)
  local found = redis.call('HMGET', KEYS[at + 1], 'f', 'e', 'x', 'l', 'k', 'c')
  local keys = redis.call('EXISTS', KEYS[at + 2], KEYS[at + 3], KEYS[at + 4], KEYS[at + 5])
  if not found[2] then return nil, keys > 0 and 'incomplete' or 'missing' end
  if found[1] ~= '1' then return nil, 'format' end
  local expires = found[3] and tonumber(found[3]) or nil
  if expires and expires <= NOW then return nil, 'expired' end
  if tonumber(found[5]) ~= keys then return nil, 'incomplete' end
  return { epoch = found[2], expires = expires, own = found[4] or nil, created = found[6] }
end

-- What a script that reads answers where there is nothing to read.
local function absent(why)
  if why == 'missing' or why == 'expired' then return { 'missing' } end
  return { why }
end
`;

/** Writing to a thread. ARGV: 1 thread, 2 believed epoch or "", 3 new epoch, 4 time to live or "". */
export const WRITING: string = String.raw`
-- Why nothing may be written, as an answer, or nil.
local function refusal(thread, why)
  if why == 'missing' then
    local expires = redis.call('ZSCORE', KEYS[6], ARGV[1])
    if expires and tonumber(expires) <= NOW then return { 'expired' } end
  elseif why then
    return { why }
  end
  if ARGV[2] ~= '' and (not thread or thread.epoch ~= ARGV[2]) then return { 'stale' } end
  return nil
end

-- Blobs: their ids in one string, which is ARGV[first], then the bytes of each.
local function store_blobs(first)
  local ids, list = ARGV[first], {}
  for i = 1, #ids / 16 do
    list[2 * i - 1] = string.sub(ids, 16 * i - 15, 16 * i)
    list[2 * i] = ARGV[first + i]
  end
  call_with('HSET', KEYS[5], list, 1, #list)
end

local function belongings(at)
  return redis.call('EXISTS', KEYS[at + 2], KEYS[at + 3], KEYS[at + 4], KEYS[at + 5])
end

-- All keys of the thread expire in the same millisecond.
local function expire_keys(at, expires)
  for i = at + 1, at + 5 do redis.call('PEXPIREAT', KEYS[i], text(expires)) end
end

-- The last step of a write: the thread's own record, the expiry of all keys, the bucket's indexes.
local function touch(thread)
  local known = thread or { epoch = ARGV[3], created = text(NOW) }
  local ttl = known.own or ARGV[4]
  local expires = known.expires
  if ttl ~= '' and ttl ~= '-1' then expires = NOW + tonumber(ttl) end
  redis.call('HSET', KEYS[1], 'f', '1', 'e', known.epoch, 'c', known.created, 'u', text(NOW),
    'k', belongings(0))
  if expires then
    redis.call('HSET', KEYS[1], 'x', text(expires))
    expire_keys(0, expires)
    redis.call('ZADD', KEYS[6], text(expires), ARGV[1])
  end
  redis.call('ZADD', KEYS[7], text(-NOW), ARGV[1])
  redis.call('HSETNX', KEYS[8], ARGV[1], known.created)
  return { 'stored', known.epoch }
end
`;

/**
 * Records of checkpoints: five lengths of four bytes (parent and run count from 1, 0 is none; header, refs,
 * tokens), then parent, run, header, refs, tokens and the rest, metadata. See `record.ts`.
 *
 * A place is an id, NUL, and a namespace written so that its order is the opposite one. See `place.ts`.
 */
export const RECORD: string = String.raw`
-- Parent or nil, run or nil, and where refs, tokens and metadata begin.
local function read(record)
  local parent, run, header, refs, tokens = struct.unpack('>I4I4I4I4I4', record)
  local run_at = parent > 0 and 20 + parent or 21
  local header_at = run > 0 and run_at + run - 1 or run_at
  local refs_at = header_at + header
  return parent > 0 and string.sub(record, 21, run_at - 1) or nil,
    run > 0 and string.sub(record, run_at, header_at - 1) or nil,
    refs_at, refs_at + refs, refs_at + refs + tokens
end

-- Everything before the refs: a record without values and metadata.
local function outline_of(record)
  local _, _, refs_at = read(record)
  return string.sub(record, 1, refs_at - 1)
end

local function with_parent(record, parent)
  local old = struct.unpack('>I4', record)
  return struct.pack('>I4', parent and #parent + 1 or 0) .. string.sub(record, 5, 20) .. (parent or '')
    .. string.sub(record, 21 + math.max(old - 1, 0))
end

-- What follows the id in a place.
local function suffix_of(place)
  return string.sub(place, (string.find(place, '\0', 1, true)))
end
`;

/** Members of the order that begin with a prefix: `\255` is in no text, so nothing is behind it. */
export const ORDER: string = String.raw`
-- Calls back with every member of one kind, without and with its kind, in pages; a page bounds the memory.
local function each_page(kind, visit)
  local from = '[' .. kind
  while true do
    local page = redis.call('ZRANGEBYLEX', KEYS[3], from, '(' .. kind .. '\255\255', 'LIMIT', 0, 500)
    if #page == 0 then return end
    local fields = {}
    for i, member in ipairs(page) do fields[i] = string.sub(member, 2) end
    visit(fields, page)
    from = '(' .. page[#page]
  end
end

-- The newest id of the namespace whose members begin with "prefix", or nil.
local function head_of(prefix)
  local top = string.sub(prefix, 1, -2) .. '\1'
  local found = redis.call('ZREVRANGEBYLEX', KEYS[3], '(' .. top, '[' .. prefix, 'LIMIT', 0, 1)
  return found[1] and string.sub(found[1], #prefix + 1)
end

-- Fields of the writes of a checkpoint, one for each task.
local function writes_at(place)
  local members = redis.call('ZRANGEBYLEX', KEYS[3], '[w' .. place, '(w' .. place .. '\255')
  for i, member in ipairs(members) do members[i] = string.sub(member, 2) end
  return members
end
`;

/**
 * The writes of a task, packed: for each its index and the length of what follows, four bytes each, then the
 * lengths of refs, channel and path, then these and the value. See `packed-writes.ts`.
 */
export const PACKED: string = String.raw`
-- Calls back with index and piece of every write.
local function each_write(packed, visit)
  local at = 1
  while at <= #packed do
    local idx, length = struct.unpack('>i4I4', packed, at)
    visit(idx, string.sub(packed, at, at + 7 + length))
    at = at + 8 + length
  end
end

local function refs_of(piece)
  local refs = struct.unpack('>I4', piece, 9)
  return string.sub(piece, 21, 20 + refs)
end

local function channel_of(piece)
  local refs, channel = struct.unpack('>I4I4', piece, 9)
  return string.sub(piece, 21 + refs, 20 + refs + channel)
end

-- The writes of several fields: field, packed, field, packed, …
local function read_writes(fields)
  local out = {}
  for from = 1, #fields, 4000 do
    local last = math.min(from + 3999, #fields)
    for i, packed in ipairs(redis.call('HMGET', KEYS[4], unpack(fields, from, last))) do
      out[#out + 1] = fields[from + i - 1]
      out[#out + 1] = packed
    end
  end
  return out
end
`;

/**
 * Blobs: 16 bytes of id; where the last bit is set, the bytes are the ids of those below it.
 *
 * Redis' Lua hashes every byte of every string that it makes, so bytes are read once and never joined. Replies
 * of a few dozen values stay in the buffer that Lua reads them from; longer ones are copied first.
 */
export const BLOBS: string = String.raw`
-- Adds the ids in a string that were not seen before to a list.
local function add_ids(list, seen, ids)
  local sub, count = string.sub, #list
  for at = 1, #ids, 16 do
    local id = sub(ids, at, at + 15)
    if not seen[id] then
      seen[id] = true
      count = count + 1
      list[count] = id
    end
  end
end

local function is_node(id)
  return string.byte(id, 16) % 2 == 1
end

-- An answer with blobs: their ids in one string, then the bytes of each. The list grows while it is walked.
local function blobs_below(roots, have)
  local seen, queue, found, answer = {}, {}, {}, { '' }
  add_ids({}, seen, have)
  for _, refs in ipairs(roots) do add_ids(queue, seen, refs) end
  local first, count = 1, 0
  while first <= #queue do
    local last = math.min(first + 31, #queue)
    local page = redis.call('HMGET', KEYS[5], unpack(queue, first, last))
    for i = 1, last - first + 1 do
      local id, bytes = queue[first + i - 1], page[i]
      if bytes then
        count = count + 1
        found[count] = id
        answer[count + 1] = bytes
        if is_node(id) then add_ids(queue, seen, bytes) end
      end
    end
    first = last + 1
  end
  answer[1] = table.concat(found)
  return answer
end
`;

/**
 * Runs of the bucket, twice: `r` run NUL thread, to find threads; `t` thread NUL run, to find what to remove
 * when the thread has expired and its keys are gone. And how a thread goes.
 */
export const LEAVING: string = String.raw`
local function runs_of(thread, index)
  local runs = redis.call('ZRANGEBYLEX', index, '[t' .. thread .. '\0', '(t' .. thread .. '\1')
  for i, member in ipairs(runs) do runs[i] = string.sub(member, #thread + 3) end
  return runs
end

local function remove_run(thread, index, run)
  redis.call('ZREM', index, 'r' .. run .. '\0' .. thread, 't' .. thread .. '\0' .. run)
end

-- Removes the thread whose keys begin behind "at", from the bucket's indexes too.
local function drop(at, thread)
  redis.call('UNLINK', KEYS[at + 1], KEYS[at + 2], KEYS[at + 3], KEYS[at + 4], KEYS[at + 5])
  redis.call('ZREM', KEYS[at + 6], thread)
  redis.call('ZREM', KEYS[at + 7], thread)
  redis.call('HDEL', KEYS[at + 8], thread)
  for _, run in ipairs(runs_of(thread, KEYS[at + 9])) do remove_run(thread, KEYS[at + 9], run) end
end

local function add_run(thread, index, run)
  redis.call('ZADD', index, 0, 'r' .. run .. '\0' .. thread, 0, 't' .. thread .. '\0' .. run)
end
`;
