#pragma once

namespace market::app {

/// Reads the arguments, runs the verb, returns the exit status.
int run_command_line(int argc, const char* const* argv);

}  // namespace market::app
