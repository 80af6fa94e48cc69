// Catch2 2 defines main here; 3 brings its own and does not read this.
#define CATCH_CONFIG_MAIN
#include "support/catch.hpp"
