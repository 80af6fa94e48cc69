#include "gate/redis_scripts.hpp"

#include <string>

namespace market::stock::redis_scripts {
namespace {

constexpr const char* head = R"lua(
local call, gate, run = redis.call, KEYS[1], ARGV[1]
)lua";

/// `epoch_of(tag)`: its epoch, or nil when it is of another run. `tagged(tag, ...)`: whether all
/// these keys have it.
constexpr const char* tags = R"lua(
local function epoch_of(tag)
  if not tag or string.sub(tag, 1, #run + 1) ~= run .. ':' then return nil end
  return string.sub(tag, #run + 2)
end
local function tagged(tag, ...)
  for _, key in ipairs({...}) do
    if call('HGET', gate .. key, 'tag') ~= tag then return false end
  end
  return true
end
)lua";

constexpr const char* clock = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
)lua";

/// `ripe(back)`: the units in `back` that can be admitted now, and `back` without them.
constexpr const char* returns = R"lua(
local function ripe(back)
  local units, rest = 0, ''
  for n, at in string.gmatch(back, '(%d+)@(%d+) ') do
    if tonumber(at) <= now then units = units + n else rest = rest .. n .. '@' .. at .. ' ' end
  end
  return units, rest
end
)lua";

/// `put_back(units, remaining, back)`: they can be admitted once no process refuses any more.
constexpr const char* put_back = R"lua(
local function put_back(units, remaining, back)
  local at = string.format('%.0f', now - now % 25000 + 150000)
  local ready, rest = ripe(back)
  local before, last = string.match(rest, '^(.-)(%d+)@' .. at .. ' $')
  if last then
    rest, units = before, units + last
  end
  call('HSET', gate, 'remaining', remaining + ready, 'back', rest .. units .. '@' .. at .. ' ')
  call('HINCRBY', gate, 'version', 1)
end
)lua";

/// `all_of(gate)`: whether the gate is whole, and its fields.
constexpr const char* whole = R"lua(
local function all_of(key)
  gate = key
  local g = call('HMGET', gate, 'tag', 'open', 'starts', 'ends', 'paused', 'limit', 'total',
                 'remaining', 'held', 'seq', 'back')
  local epoch = epoch_of(g[1])
  if not epoch or not tagged(g[1], '.taken', '.holds', '.done', '.credits') then
    return false, {0, now}
  end
  local back = 0
  for n in string.gmatch(g[11], '(%d+)@') do back = back + n end
  return true, {1, now, epoch, g[2], g[3], g[4], g[5], g[6], g[7], g[8] + back, g[9], g[10]}
end
)lua";

// Redis runs this one most of all, so it defines only the function it needs.
constexpr const char* admit_text = R"lua(
local buyer, units, purchase_key, attempt = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local g = call('HMGET', gate, 'tag', 'open', 'starts', 'ends', 'paused', 'limit', 'remaining',
               'held', 'seq', 'back', 'version')
local tag = g[1]
if not tag or string.sub(tag, 1, #run + 1) ~= run .. ':' or g[2] ~= '1' then return {0} end
local done = call('HMGET', gate .. '.done', 'tag', purchase_key)
local holds = call('HMGET', gate .. '.holds', 'tag', purchase_key)
local taken = call('HMGET', gate .. '.taken', 'tag', buyer)
if done[1] ~= tag or holds[1] ~= tag or taken[1] ~= tag then return {0} end

if done[2] then return {2, 1} end
if holds[2] then
  if string.sub(holds[2], 1, 16) ~= attempt then return {2, 0} end
  local seq, held = string.match(holds[2], '^(%d+) (%d+)', 33)
  if string.sub(holds[2], 17, 32) ~= buyer or tonumber(held) ~= units then return {8} end
  return {1, seq, string.sub(tag, #run + 2)}
end

if now < tonumber(g[3]) then return {5, g[3]} end
if now >= tonumber(g[4]) then return {7} end
if g[5] == '1' then return {6} end
local allowed = math.max(0, g[6] - (taken[2] or 0))
if units > allowed then return {4, g[6], allowed} end
local remaining, back = tonumber(g[7]), g[10]
if units > remaining and back ~= '' then
  local ready, rest = ripe(back)
  remaining, back = remaining + ready, rest
end
if units > remaining then
  return {3, remaining, tag, back == '' and g[11] or -1, g[6], g[4], now}
end

local seq = g[9] + 1
call('HSET', gate, 'remaining', remaining - units, 'held', g[8] + units, 'seq', seq, 'back', back)
call('HSET', gate .. '.holds', purchase_key,
     attempt .. buyer .. seq .. ' ' .. units .. ' ' .. string.format('%.0f', now))
call('HINCRBY', gate .. '.taken', buyer, units)
return {1, seq, string.sub(tag, #run + 2)}
)lua";

constexpr const char* confirm_text = R"lua(
local tag = call('HGET', gate, 'tag')
local epoch = epoch_of(tag)
if not epoch or not tagged(tag, '.holds', '.done') then return 1 end
local sold = 0
for i = 2, #ARGV, 3 do
  local held = ARGV[i] == epoch and call('HGET', gate .. '.holds', ARGV[i + 1])
  if held then
    local seq, units = string.match(held, '^(%d+) (%d+)', 33)
    if seq == ARGV[i + 2] then
      call('HDEL', gate .. '.holds', ARGV[i + 1])
      call('HSET', gate .. '.done', ARGV[i + 1], 1)
      sold = sold + units
    end
  end
end
if sold > 0 then call('HINCRBY', gate, 'held', -sold) end
return 1
)lua";

constexpr const char* cancel_text = R"lua(
local g = call('HMGET', gate, 'tag', 'remaining', 'back')
if epoch_of(g[1]) ~= ARGV[2] or not tagged(g[1], '.holds', '.taken') then return 1 end
local held = call('HGET', gate .. '.holds', ARGV[3])
if not held then return 1 end
local seq, units = string.match(held, '^(%d+) (%d+)', 33)
if seq ~= ARGV[4] then return 1 end
call('HDEL', gate .. '.holds', ARGV[3])
call('HINCRBY', gate .. '.taken', string.sub(held, 17, 32), -units)
call('HINCRBY', gate, 'held', -units)
put_back(units, g[2], g[3])
return 1
)lua";

constexpr const char* give_back_text = R"lua(
local id, buyer, units, epoch = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local g = call('HMGET', gate, 'tag', 'open', 'total', 'remaining', 'back')
local open_epoch = tonumber(epoch_of(g[1]))
if not open_epoch or g[2] ~= '1' or open_epoch < epoch then return 0 end
if open_epoch > epoch then return 2 end
local credits = call('HMGET', gate .. '.credits', 'tag', id)
local taken = call('HMGET', gate .. '.taken', 'tag', buyer)
if credits[1] ~= g[1] or taken[1] ~= g[1] then return 0 end
if credits[2] then return 1 end
local given = g[3] - g[4]
for n in string.gmatch(g[5], '(%d+)@') do given = given - n end
if units < 1 or units > tonumber(taken[2] or 0) or units > given then return 3 end
call('HSET', gate .. '.credits', id, 1)
call('HINCRBY', gate .. '.taken', buyer, -units)
put_back(units, g[4], g[5])
return 1
)lua";

constexpr const char* look_text = R"lua(
local out = {}
for i, key in ipairs(KEYS) do
  local _, view = all_of(key)
  out[i] = view
end
return out
)lua";

// Freezes an incomplete gate too: it admits nobody any more.
constexpr const char* freeze_text = R"lua(
local _, view = all_of(gate)
if epoch_of(call('HGET', gate, 'tag')) then call('HSET', gate, 'open', 0) end
return {view}
)lua";

constexpr const char* holds_text = R"lua(
if not all_of(gate) then return {} end
return call('HGETALL', gate .. '.holds')
)lua";

constexpr const char* dump_text = R"lua(
local is_whole, view = all_of(gate)
if not is_whole then return {view} end
return {view, call('HGETALL', gate .. '.taken'), call('HGETALL', gate .. '.holds'),
        call('HKEYS', gate .. '.done')}
)lua";

constexpr const char* known_ids_text = R"lua(
local tag = ARGV[2]
if not epoch_of(tag) or not tagged(tag, '', '.taken', '.done') then return {} end
if call('HLEN', gate .. '.taken') + call('HLEN', gate .. '.done') > 100000 then return {} end
return {call('HKEYS', gate .. '.taken'), call('HKEYS', gate .. '.done')}
)lua";

constexpr const char* stage_text = R"lua(
local tag = run .. ':' .. ARGV[2]
local there = call('HGET', gate, 'tag')
if there and there ~= tag then return 0 end
call('HSET', gate, 'tag', tag, unpack(ARGV, 3))
call('PEXPIRE', gate, 60000)
return 1
)lua";

constexpr const char* open_text = R"lua(
local epoch = ARGV[2]
local tag, old = run .. ':' .. epoch, epoch_of(call('HGET', gate, 'tag'))
if old and tonumber(old) >= tonumber(epoch) then
  call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
  return 0
end
for i = 2, 4 do
  if call('HGET', KEYS[i], 'tag') ~= tag or call('HLEN', KEYS[i]) ~= ARGV[i + 1] + 1 then
    return 2
  end
end
call('UNLINK', gate, gate .. '.taken', gate .. '.holds', gate .. '.done', gate .. '.credits')
for i, name in ipairs({'.taken', '.holds', '.done'}) do
  call('RENAME', KEYS[i + 1], gate .. name)
  call('PERSIST', gate .. name)
end
call('HSET', gate .. '.credits', 'tag', tag)
call('HSET', gate, 'tag', tag, 'open', 1, 'starts', ARGV[6], 'ends', ARGV[7], 'paused', ARGV[8],
     'limit', ARGV[9], 'total', ARGV[10], 'remaining', ARGV[11], 'held', ARGV[12],
     'seq', ARGV[13], 'back', '', 'version', 1)
return 1
)lua";

constexpr const char* remove_text = R"lua(
return call('UNLINK', gate, gate .. '.taken', gate .. '.holds', gate .. '.done', gate .. '.credits')
)lua";

template <class... Part>
redis::script made_of(Part... parts) {
    return redis::script{(std::string{} + ... + parts)};
}

}  // namespace

const redis::script& admit() {
    static const auto code = made_of(head, clock, returns, admit_text);
    return code;
}
const redis::script& confirm() {
    static const auto code = made_of(head, tags, confirm_text);
    return code;
}
const redis::script& cancel() {
    static const auto code = made_of(head, tags, clock, returns, put_back, cancel_text);
    return code;
}
const redis::script& give_back() {
    static const auto code = made_of(head, tags, clock, returns, put_back, give_back_text);
    return code;
}
const redis::script& look() {
    static const auto code = made_of(head, tags, clock, whole, look_text);
    return code;
}
const redis::script& freeze() {
    static const auto code = made_of(head, tags, clock, whole, freeze_text);
    return code;
}
const redis::script& holds() {
    static const auto code = made_of(head, tags, clock, whole, holds_text);
    return code;
}
const redis::script& dump() {
    static const auto code = made_of(head, tags, clock, whole, dump_text);
    return code;
}
const redis::script& known_ids() {
    static const auto code = made_of(head, tags, known_ids_text);
    return code;
}
const redis::script& stage() {
    static const auto code = made_of(head, stage_text);
    return code;
}
const redis::script& open() {
    static const auto code = made_of(head, tags, open_text);
    return code;
}
const redis::script& remove() {
    static const auto code = made_of(head, remove_text);
    return code;
}

}  // namespace market::stock::redis_scripts
