#pragma once
/// Places where a test may kill the process. Nothing is compiled in without MARKET_KILL_POINTS.
///
/// `MARKET_KILL_AT=after_commit:3` sends SIGKILL when the point is reached for the third time.
namespace market {
#ifdef MARKET_KILL_POINTS
void kill_point(const char* name);
#else
inline void kill_point(const char*) {}
#endif
}  // namespace market
