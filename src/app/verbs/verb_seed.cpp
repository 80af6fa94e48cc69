#include "server/record.hpp"
#include "server/shop.hpp"
#include "verbs/sample_goods.hpp"
#include "verbs/verbs.hpp"
#include "wait_for.hpp"

#include <market/user/user_module.hpp>

#include <boost/json.hpp>

#include <iostream>

namespace market::app {
namespace {

constexpr user_id nobody{};
constexpr std::size_t demo_products = 12;

/// The database to seed. Errors: in mode production; those of opening and migrating it.
result<std::unique_ptr<db::database>> open_for_seeding(const configuration& config) {
    if (config.production()) {
        return failure{errc::forbidden,
                       "seed makes things that nobody ordered; mode production refuses it"};
    }
    return open_migrated_record(config);
}

result<std::vector<product_id>> make_products(catalog::catalog_service& catalog,
                                              std::size_t count) {
    std::vector<product_id> out;
    for (std::size_t number = 0; number < count; ++number) {
        auto made = wait_for(catalog.create_product(sample_product(number), nobody));
        if (!made) return made.error();
        out.push_back(made->id);
    }
    return out;
}

boost::json::array as_json(const std::vector<product_id>& ids) {
    boost::json::array out;
    for (const auto& one : ids) out.push_back(boost::json::string{to_string(one)});
    return out;
}

void print(const boost::json::object& value) { std::cout << boost::json::serialize(value) << "\n"; }

}  // namespace

int seed_products(const configuration& config, std::size_t count, bool json) {
    auto record = open_for_seeding(config);
    if (!record) return fail(record.error().detail);
    catalog_without_gate catalog{**record};
    const auto made = make_products(catalog.service(), count);
    if (!made) return fail(made.error().detail);
    if (json) {
        print({{"products", as_json(*made)}});
    } else {
        for (const auto& id : *made) std::cout << to_string(id) << "\n";
    }
    return exit_done;
}

int seed_sale(const configuration& config, const sale_options& chosen) {
    auto record = open_for_seeding(config);
    if (!record) return fail(record.error().detail);
    catalog_without_gate catalog{**record};
    const auto made = make_sample_sale(
        catalog.service(), {.units = chosen.units,
                            .per_user_limit = chosen.per_user_limit,
                            .length = std::chrono::hours{static_cast<std::int64_t>(chosen.hours)}});
    if (!made) return fail(made.error().detail);
    if (chosen.json) {
        print({{"sale_id", to_string(made->id)},
               {"product_id", to_string(made->product)},
               {"units", chosen.units}});
    } else {
        std::cout << to_string(made->id) << "\n";
    }
    return exit_done;
}

int seed_demo(const configuration& config, bool json) {
    auto record = open_for_seeding(config);
    if (!record) return fail(record.error().detail);
    catalog_without_gate catalog{**record};
    catalog::product_search any;
    any.limit = 1;
    const auto present = wait_for(catalog.service().list_products(std::move(any)));
    if (!present) return fail(present.error().detail);
    if (!(*present)->value.items.empty()) {
        std::cerr << "the shop has products already; nothing was seeded\n";
        if (json) print({{"products", boost::json::array{}}, {"sale_id", nullptr}});
        return exit_done;
    }
    const auto products = make_products(catalog.service(), demo_products);
    if (!products) return fail(products.error().detail);
    const auto sale = make_sample_sale(catalog.service(), {});
    if (!sale) return fail(sale.error().detail);
    if (json) {
        print({{"products", as_json(*products)}, {"sale_id", to_string(sale->id)}});
    } else {
        for (const auto& id : *products) std::cout << "product " << to_string(id) << "\n";
        std::cout << "sale " << to_string(sale->id) << "\n";
    }
    return exit_done;
}

int seed_buyers(const configuration& config, std::size_t count, bool json) {
    auto record = open_for_seeding(config);
    if (!record) return fail(record.error().detail);
    const auto secret = access_secret(config);
    if (!secret) return fail(secret.error().detail);
    const auto made = user::seed_buyers(**record, system_clock(), *secret, count);
    if (!made) return fail(made.error().detail);
    if (json) {
        boost::json::array buyers;
        for (const auto& one : *made) {
            buyers.push_back(
                boost::json::object{{"id", to_string(one.id)}, {"access_token", one.access_token}});
        }
        print({{"buyers", std::move(buyers)}});
    } else {
        for (const auto& one : *made) std::cout << one.access_token << "\n";
    }
    return exit_done;
}

}  // namespace market::app
