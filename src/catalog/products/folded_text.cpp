#include "products/folded_text.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <stdexcept>

namespace market::catalog {

namespace {

icu::UnicodeString folded_string(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    const auto* nfc = icu::Normalizer2::getNFCInstance(status);
    const auto from = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
    auto composed = U_SUCCESS(status) ? nfc->normalize(from, status) : icu::UnicodeString{};
    composed.foldCase(U_FOLD_CASE_DEFAULT);
    auto out = U_SUCCESS(status) ? nfc->normalize(composed, status) : icu::UnicodeString{};
    if (U_FAILURE(status)) throw std::runtime_error("ICU has no normalization data");
    return out;
}

}  // namespace

std::string folded(std::string_view text) {
    std::string out;
    folded_string(text).toUTF8String(out);
    return out;
}

std::vector<std::string> folded_words(std::string_view query) {
    const auto text = folded_string(query);
    std::vector<std::string> out;
    std::string word;
    for (int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
        const UChar32 one = text.char32At(at);
        if (!u_isUWhiteSpace(one)) {
            icu::UnicodeString(one).toUTF8String(word);
        } else if (!word.empty()) {
            out.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty()) out.push_back(std::move(word));
    return out;
}

}  // namespace market::catalog
