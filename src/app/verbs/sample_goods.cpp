#include "verbs/sample_goods.hpp"

#include "wait_for.hpp"

#include <market/catalog/catalog_module.hpp>

#include <array>

namespace market::app {
namespace {

struct sample {
    const char* name;
    const char* description;
    const char* category;
    std::int64_t price;
};
constexpr std::array samples{
    sample{"한정판 응원봉", "콘서트 한정 응원봉. 건전지 포함.", "concert", 45'000},
    sample{"Tour hoodie", "Heavy cotton, printed for this tour only.", "apparel", 79'000},
    sample{"포토카드 세트", "랜덤 포토카드 8장.", "collectible", 15'000},
    sample{"Enamel pin, numbered", "One of a numbered run.", "collectible", 12'000},
    sample{"페스티벌 타월", "여름 페스티벌 기념 타월.", "festival", 19'900},
    sample{"Signed vinyl", "180 g pressing, signed sleeve.", "music", 68'000},
    sample{"팝업스토어 에코백", "팝업스토어에서만 파는 에코백.", "apparel", 24'000},
    sample{"Match-day scarf", "Woven scarf of the final.", "sports", 29'000},
    sample{"한정판 피규어", "시리얼 번호가 있는 1/7 스케일 피규어.", "figure", 189'000},
    sample{"Art print A2", "Screen print in five colours.", "print", 55'000},
    sample{"기념 메달", "결승전 기념 메달.", "sports", 39'000},
    sample{"Backstage poster", "Double-sided poster.", "print", 9'900},
};
constexpr std::int64_t sample_stock = 100;

/// Leaves the gate to the server that runs, or will run, on this database.
class no_rebuilder : public stock::gate_rebuilder {
public:
    asio::awaitable<result<void>> rebuild(sale_id, stock::rebuild_reason) override {
        co_return result<void>{};
    }
};

constexpr std::size_t threads = 1;
constexpr std::size_t queue_max = 16;
/// The actor of movements that no person made.
constexpr user_id nobody{};

}  // namespace

catalog::new_product sample_product(std::size_t number) {
    const auto& chosen = samples[number % samples.size()];
    const auto round = number / samples.size();
    return {.name = chosen.name + (round == 0 ? std::string{} : " " + std::to_string(round + 1)),
            .description = chosen.description,
            .category = chosen.category,
            .price = money{chosen.price},
            .image_url = std::nullopt,
            .stock = sample_stock};
}

result<catalog::sale> make_sample_sale(catalog::catalog_service& catalog,
                                       const sample_sale& wanted) {
    auto goods = sample_product(0);
    goods.stock = wanted.units;
    auto product = wait_for(catalog.create_product(std::move(goods), nobody));
    if (!product) return product.error();
    const auto now = system_clock().now();
    catalog::new_sale sale{.product = product->id,
                           .title = product->name + " flash sale",
                           .price = money{product->price.minor_units / 2},
                           .quantity = wanted.units,
                           .per_user_limit = wanted.per_user_limit,
                           .starts_at = now,
                           .ends_at = now + wanted.length};
    return wait_for(catalog.create_sale(std::move(sale), nobody));
}

catalog_without_gate::catalog_without_gate(db::database& record)
    : database_threads_(threads, queue_max),
      gate_(stock::make_memory_gate(system_clock())),
      rebuilder_(std::make_unique<no_rebuilder>()),
      service_(catalog::make_catalog_service({record, database_threads_}, system_clock(), *gate_,
                                             *rebuilder_)) {}

catalog_without_gate::~catalog_without_gate() = default;

}  // namespace market::app
