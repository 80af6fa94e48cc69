#include "exit_status.hpp"

#include <iostream>

namespace market::app {

int fail(std::string_view sentence) {
    std::cerr << "market: " << sentence << std::endl;
    return exit_failed;
}

int refuse_usage(std::string_view sentences) {
    while (!sentences.empty()) {
        const auto end = sentences.find('\n');
        std::cerr << "market: " << sentences.substr(0, end) << std::endl;
        sentences = end == std::string_view::npos ? "" : sentences.substr(end + 1);
    }
    return exit_usage;
}

}  // namespace market::app
