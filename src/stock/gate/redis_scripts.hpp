#pragma once
/// The steps of the gate, as Lua scripts that Redis runs. All of a sale's keys begin with KEYS[1],
/// here called G:
///
///   G          hash: tag, open, starts, ends, paused, limit, total, remaining, held, seq, back,
///              version
///   G.taken    hash: buyer -> units sold and held, together; stays at 0
///   G.holds    hash: purchase key -> attempt and buyer (16 bytes each), then "seq units micros"
///   G.done     hash: purchase key -> 1
///   G.credits  hash: id of a credit that was applied -> 1
///
/// Each hash has the field `tag`: run_id ":" epoch. It tells the hash from one of another run or
/// epoch, and keeps it from being empty (Redis deletes empty hashes). Ids are their 16 bytes.
/// Times are microseconds. Numbers stay below 2^53, where Lua is exact; the times of the sale's
/// window may be larger, so they stay text and are only compared.
///
/// Units that come back wait in `back`, "units@micros " for each slot of 25 ms. They can be
/// admitted 125-150 ms later (see sold_out_cache.hpp). `remaining` can be admitted at once.
///
/// A script that fails keeps what it wrote: so each reads and checks everything before it writes.
#include <market/redis/client.hpp>

namespace market::stock::redis_scripts {

// In comments: arguments after the run_id -> reply.

/// buyer, units, purchase key, attempt -> {answer, ...}
const redis::script& admit();
enum class admission : std::int8_t {
    stale = 0,
    admitted = 1,  ///< seq, epoch
    known = 2,     ///< 1 done, 0 held by another attempt
    sold_out = 3,  ///< remaining, tag, version (-1: units are on their way back), limit, ends, now
    purchase_limit = 4,  ///< limit, what the buyer may still buy
    not_open = 5,        ///< starts
    paused = 6,
    ended = 7,
    other_request = 8,  ///< this attempt came before with other units or another buyer
};

/// epoch, purchase key, seq of each -> 1
const redis::script& confirm();
/// epoch, purchase key, seq -> 1
const redis::script& cancel();

/// id, buyer, units, epoch -> credit_result
const redis::script& give_back();
enum class credit_result : std::int8_t { deferred = 0, applied = 1, obsolete = 2, drift = 3 };

/// For each of KEYS {whole, now, [epoch, open, starts, ends, paused, limit, total, remaining and
/// back, held, seq]}
const redis::script& look();
/// The same of one gate, before it is frozen.
const redis::script& freeze();
/// -> fields and values of G.holds; {} when the gate is not whole
const redis::script& holds();
/// -> {as look(), fields and values of G.taken and of G.holds, fields of G.done}; only the first
/// when the gate is not whole
const redis::script& dump();
/// tag -> {fields of G.taken, fields of G.done}, which only grow while the tag stays; {} when the
/// tag is another one, or when there are too many for a process to remember
const redis::script& known_ids();

/// KEYS[1] a key of this load; epoch, then fields and values -> 1, or 0: it is another load's
const redis::script& stage();
/// KEYS G, then this load's keys of taken, holds, done; epoch, how many fields each has without its
/// tag (three numbers), starts, ends, paused, limit, total, remaining, held, seq -> opening
const redis::script& open();
enum class opening : std::int8_t { refused = 0, opened = 1, lost = 2 };

const redis::script& remove();

}  // namespace market::stock::redis_scripts
