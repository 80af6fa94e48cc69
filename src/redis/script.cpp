#include <market/base/crypto.hpp>
#include <market/redis/client.hpp>

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace market::redis {

script::script(std::string text) : text_(std::move(text)) {
    std::array<std::byte, 20> digest{};
    unsigned int size = 0;
    if (EVP_Digest(text_.data(), text_.size(), reinterpret_cast<unsigned char*>(digest.data()),
                   &size, EVP_sha1(), nullptr) != 1)
        throw std::runtime_error("SHA-1 cannot be had");
    sha1_ = to_hex(digest);
}

}  // namespace market::redis
