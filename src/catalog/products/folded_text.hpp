#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace market::catalog {

/// The form in which a search compares text: NFC, full case folding (Unicode TR15; CaseFolding.txt,
/// statuses C and F), then NFC again, because folding may undo it. `text` is valid UTF-8.
std::string folded(std::string_view text);

/// The folded words of a query, separated by white space (Unicode White_Space).
std::vector<std::string> folded_words(std::string_view query);

}  // namespace market::catalog
