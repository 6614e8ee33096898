/*
 * Lua that several scripts share. A script begins with the parts that it names, in this order.
 *
 * KEYS of everything that works on a thread: 1 thread, 2 checkpoints, 3 order, 4 writes, 5 blobs; where the
 * expiry may change, 6 the bucket's expiry; where the thread may come or go, 7 its threads, 8 its entries, 9 its
 * runs. See `keys.ts` for what is in them.
 *
 * Every script first reads and decides, and then writes: an error, even that of a full memory, can only come
 * from the first command that writes, and so leaves nothing half done.
 */

/** The time, and numbers as text. */
export const CLOCK: string = String.raw`
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local NOW = clock()

local function text(number)
  return string.format('%.0f', number)
end

-- Calls a command with a key and any number of arguments after it; Lua's stack holds 8,000.
local function call_with(command, key, list, first, last)
  for from = first, last, 400 do
    redis.call(command, key, unpack(list, from, math.min(from + 399, last)))
  end
end
`;

/**
 * A thread's own record: field f, the version of the format, and h: epoch, times of creation, last write and expiry,
 * own time to live, claim, the time from which others may take it, and how many other keys and entries the thread
 * has. Each is text that ends with NUL, and eight digits of a checksum follow. When the server has evicted a key, the
 * number of keys shows it, and the thread is refused instead of being read as if the key had never existed.
 */
export const THREAD: string = String.raw`
-- What KEYS are, from "at" on.
local THREAD, CHECKPOINTS, ORDER, WRITES, BLOBS = 1, 2, 3, 4, 5
local EXPIRY, THREADS, ENTRIES, RUNS = 6, 7, 8, 9

-- How a damaged record ends a script, which has written nothing by then.
local function damaged()
  error('THREADMARK_DAMAGED')
end

local function checksum(at, fields)
  return string.sub(redis.sha1hex(KEYS[at + THREAD] .. '\0' .. fields), 1, 8)
end

local function parse_thread(at, stored)
  local fields = string.sub(stored, 1, -9)
  if string.sub(stored, -8) ~= checksum(at, fields) then return nil end
  local epoch, created, updated, expires, own, claim, free, keys, entries = struct.unpack('>sssssssss', fields)
  return { epoch = epoch, created = created, updated = updated, expires = tonumber(expires),
    own = own ~= '' and own or nil, claim = claim ~= '' and claim or nil, free = tonumber(free),
    keys = tonumber(keys), entries = tonumber(entries) }
end

local function belongings(at)
  return redis.call('EXISTS', unpack(KEYS, at + CHECKPOINTS, at + BLOBS))
end

-- The thread whose keys come after "at", or nil and why not: missing, expired, incomplete, format, damaged. For an
-- incomplete thread, also what its own record says.
local function open_thread(at)
  local found = redis.call('HMGET', KEYS[at + THREAD], 'f', 'h')
  local keys = belongings(at)
  if not found[1] and not found[2] then return nil, keys > 0 and 'incomplete' or 'missing' end
  if found[1] and found[1] ~= '1' then return nil, 'format' end
  local thread = found[1] and found[2] and parse_thread(at, found[2])
  if not thread then return nil, 'damaged' end
  if thread.expires and thread.expires <= NOW then return nil, 'expired' end
  if thread.keys ~= keys then return nil, 'incomplete', thread end
  return thread
end

local function new_thread(epoch)
  return { epoch = epoch, created = text(NOW), updated = text(NOW) }
end

local function count_entries(at)
  return redis.call('HLEN', KEYS[at + THREAD]) - redis.call('HEXISTS', KEYS[at + THREAD], 'f')
    - redis.call('HEXISTS', KEYS[at + THREAD], 'h')
end

-- The last step of changing a thread, after its other keys and its entries are written.
local function save(at, thread)
  local fields = struct.pack('>sssssssss', thread.epoch, thread.created, thread.updated,
    thread.expires and text(thread.expires) or '', thread.own or '', thread.claim or '',
    thread.free and text(thread.free) or '', text(belongings(at)), text(count_entries(at)))
  redis.call('HSET', KEYS[at + THREAD], 'f', '1', 'h', fields .. checksum(at, fields))
end

-- All keys of the thread expire in the same millisecond.
local function expire_keys(at, expires)
  for i = at + THREAD, at + BLOBS do redis.call('PEXPIREAT', KEYS[i], text(expires)) end
end

-- When a thread that is written to now expires, given the saver's time to live or "".
local function moved_expiry(thread, ttl)
  local own = thread.own or ttl
  if own == '' or own == '-1' then return thread.expires end
  return NOW + tonumber(own)
end

-- The answer of a script that reads if there is nothing to read.
local function absent(why)
  if why == 'missing' or why == 'expired' then return { 'missing' } end
  return { why }
end
`;

/**
 * Entries of a thread's metadata: fields m and key of its own record, each a seal and the length of the token, four
 * bytes each, then the token and the value. The bucket has them twice: e key NUL token NUL thread, to find threads; t
 * thread NUL key NUL token, to find what to remove when the thread has expired and its keys are gone.
 */
export const ENTRIES: string = String.raw`
local function token_of(packed)
  if #packed < 8 then return '' end
  return string.sub(packed, 9, 8 + struct.unpack('>I4', packed, 5))
end

-- Calls back with key and content of entries in one string: two lengths in four bytes each, and these.
local function each_entry(entries, visit)
  local at = 1
  while at <= #entries do
    local key, content = struct.unpack('>I4I4', entries, at)
    visit(string.sub(entries, at + 8, at + 7 + key), string.sub(entries, at + 8 + key, at + 7 + key + content))
    at = at + 8 + key + content
  end
end

local function unindex_entry(index, name, key, token)
  redis.call('ZREM', index, 'e' .. key .. '\0' .. token .. '\0' .. name, 't' .. name .. '\0' .. key .. '\0' .. token)
end

local function index_entry(index, name, key, token)
  redis.call('ZADD', index, 0, 'e' .. key .. '\0' .. token .. '\0' .. name,
    0, 't' .. name .. '\0' .. key .. '\0' .. token)
end

local function remove_entry(at, name, key)
  local old = redis.call('HGET', KEYS[at + THREAD], 'm' .. key)
  if not old then return end
  unindex_entry(KEYS[at + ENTRIES], name, key, token_of(old))
  redis.call('HDEL', KEYS[at + THREAD], 'm' .. key)
end

local function set_entries(at, name, entries)
  each_entry(entries, function(key, content)
    if redis.call('HGET', KEYS[at + THREAD], 'm' .. key) == content then return end
    remove_entry(at, name, key)
    redis.call('HSET', KEYS[at + THREAD], 'm' .. key, content)
    index_entry(KEYS[at + ENTRIES], name, key, token_of(content))
  end)
end
`;

/**
 * Runs of the bucket, twice: r run NUL thread, to find threads; t thread NUL run, to find what to remove when the
 * thread has expired and its keys are gone. Also the removal of a thread.
 */
export const LEAVING: string = String.raw`
-- What an index of the bucket has under a thread's name, without the name.
local function listed(index, name)
  local members = redis.call('ZRANGEBYLEX', index, '[t' .. name .. '\0', '(t' .. name .. '\1')
  for i, member in ipairs(members) do members[i] = string.sub(member, #name + 3) end
  return members
end

local function remove_run(name, index, run)
  redis.call('ZREM', index, 'r' .. run .. '\0' .. name, 't' .. name .. '\0' .. run)
end

local function add_run(name, index, run)
  redis.call('ZADD', index, 0, 'r' .. run .. '\0' .. name, 0, 't' .. name .. '\0' .. run)
end

-- Makes the index of expiries say what the thread's own record says.
local function index_expiry(name, thread)
  if thread.expires then
    redis.call('ZADD', KEYS[EXPIRY], text(thread.expires), name)
  else
    redis.call('ZREM', KEYS[EXPIRY], name)
  end
end

-- Removes the thread whose keys come after "at", from the bucket's indexes too, and returns whether it had anything.
local function drop(at, name)
  local gone = redis.call('UNLINK', unpack(KEYS, at + THREAD, at + BLOBS))
  redis.call('ZREM', KEYS[at + EXPIRY], name)
  redis.call('ZREM', KEYS[at + THREADS], name)
  for _, entry in ipairs(listed(KEYS[at + ENTRIES], name)) do
    local nul = string.find(entry, '\0', 1, true)
    if nul then unindex_entry(KEYS[at + ENTRIES], name, string.sub(entry, 1, nul - 1), string.sub(entry, nul + 1)) end
  end
  for _, run in ipairs(listed(KEYS[at + RUNS], name)) do remove_run(name, KEYS[at + RUNS], run) end
  return gone > 0
end
`;

/**
 * Writing to a thread. ARGV: 1 thread, 2 expected epoch or "", 3 new epoch, 4 time to live or "", 5 "c" and the claim
 * that the thread must have, or "", 6 ids of blobs that must be stored, 7 entries of the thread.
 */
export const WRITING: string = String.raw`
local NAME, EPOCH, NEW_EPOCH, TTL, CLAIM, RELIES, NEW_ENTRIES = unpack(ARGV, 1, 7)

-- Whether the thread has expired, so that only its place in the bucket is left.
local function is_unswept(name)
  local expires = redis.call('ZSCORE', KEYS[EXPIRY], name)
  return expires and tonumber(expires) <= NOW
end

local function is_stored(ids)
  for at = 1, #ids, 16 do
    if redis.call('HEXISTS', KEYS[BLOBS], string.sub(ids, at, at + 15)) == 0 then return false end
  end
  return true
end

-- Why nothing may be written, as an answer, or nil.
local function refusal(thread, why)
  if why == 'missing' then
    if is_unswept(NAME) then return { 'expired' } end
  elseif why then
    return { why }
  end
  if CLAIM ~= '' and not (thread and thread.claim == CLAIM) then return { 'fenced' } end
  if EPOCH ~= '' and not (thread and thread.epoch == EPOCH and is_stored(RELIES)) then return { 'stale' } end
  return nil
end

-- Blobs: their ids in one string, which is ARGV[first], then the bytes of each.
local function store_blobs(first)
  local ids, list = ARGV[first], {}
  for i = 1, #ids / 16 do
    list[2 * i - 1] = string.sub(ids, 16 * i - 15, 16 * i)
    list[2 * i] = ARGV[first + i]
  end
  call_with('HSET', KEYS[BLOBS], list, 1, #list)
end

-- The last step of a write: entries, the thread's own record, the expiry of all keys, the bucket's indexes.
local function touch(thread)
  local known = thread or new_thread(NEW_EPOCH)
  known.updated = text(NOW)
  known.expires = moved_expiry(known, TTL)
  set_entries(0, NAME, NEW_ENTRIES)
  save(0, known)
  if known.expires then
    expire_keys(0, known.expires)
    redis.call('ZADD', KEYS[EXPIRY], text(known.expires), NAME)
  end
  redis.call('ZADD', KEYS[THREADS], text(-NOW), NAME)
  return { 'stored', known.epoch }
end
`;
