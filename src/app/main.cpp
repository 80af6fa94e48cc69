#include "verbs/command_line.hpp"

int main(int argc, char** argv) { return market::app::run_command_line(argc, argv); }
