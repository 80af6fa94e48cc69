#pragma once
/// The steps of the gate as Redis runs them. All of a sale's keys begin with KEYS[1], G:
///
///   G          hash: tag, open, starts, ends, paused, limit, total, remaining, held, seq, back,
///              version
///   G.taken    hash: buyer -> units sold and held, together; stays at 0
///   G.holds    hash: key -> attempt and buyer (16 bytes each), then "seq units micros"
///   G.done     hash: key -> 1
///   G.credits  hash: id of a credit that was applied -> 1
///
/// Each hash has the field `tag`: run_id ":" epoch, so that none is ever empty (Redis would delete
/// it) and each can be told from what another run or epoch left. Ids are their 16 bytes.
/// All times are microseconds; numbers stay below 2^53, where Lua is exact. Times of the sale's
/// window may lie above: they are kept as text and only compared.
///
/// Units that come back wait in `back`, "units@micros " for each slot of 25 ms, and can be admitted
/// 125-150 ms later (see sold_out_board.hpp); `remaining` is what can be admitted at once.
///
/// A script that fails keeps what it wrote: each reads and checks all it needs first.
#include <market/redis/client.hpp>

namespace market::stock::redis_scripts {

// In comments: arguments after the run_id -> reply.

/// buyer, units, key, attempt -> {answer, ...}
const redis::script& admit();
enum class admission : std::int8_t {
    stale = 0,
    admitted = 1,  ///< seq, epoch
    known = 2,     ///< 1 done, 0 held by another attempt
    sold_out = 3,  ///< remaining, tag, version (-1: units are on their way back), limit, ends, now
    limit = 4,     ///< limit, what the buyer may still buy
    not_open = 5,  ///< starts
    paused = 6,
    ended = 7,
    other_wish = 8,  ///< the attempt came with other units or another buyer before
};

/// epoch, key, seq of each -> 1
const redis::script& confirm();
/// epoch, key, seq -> 1
const redis::script& cancel();

/// id, buyer, units, epoch -> restitution
const redis::script& give_back();
enum class restitution : std::int8_t { deferred = 0, applied = 1, obsolete = 2, drift = 3 };

/// For each of KEYS {whole, now, [epoch, open, starts, ends, paused, limit, total, remaining and
/// back, held, seq]}
const redis::script& look();
/// The same of one, which then is open no more.
const redis::script& freeze();
/// -> G.holds flat; {} when not whole
const redis::script& holds();
/// -> {as look(), G.taken flat, G.holds flat, fields of G.done}; the first alone when not whole
const redis::script& dump();
/// tag -> {fields of G.taken, fields of G.done}, which only grow while the tag stays; {} when
/// another one stands there, or when they are more than a process should remember
const redis::script& everybody();

/// KEYS[1] a key put aside; epoch, then fields and values -> 1, or 0: it is another load's
const redis::script& stage();
/// KEYS G, then the keys put aside of taken, holds, done; epoch, their fields without tag (three
/// numbers), starts, ends, paused, limit, total, remaining, held, seq -> opening
const redis::script& open();
enum class opening : std::int8_t { refused = 0, opened = 1, lost = 2 };

const redis::script& remove();

}  // namespace market::stock::redis_scripts
