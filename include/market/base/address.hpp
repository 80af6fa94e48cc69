#pragma once
#include <string>

namespace market {

/// Where an order goes. Each part 1-200 characters, zipcode 1-20.
struct address {
    std::string state;
    std::string city;
    std::string zipcode;
    std::string street;
    bool operator==(const address&) const = default;
};

}  // namespace market
