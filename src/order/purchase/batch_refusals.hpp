#pragma once
#include "purchase/batch_draft.hpp"

namespace market::order {

/// After a batch did not fit: under the locks of its pools, goes through the purchases by admission
/// number (products: in their order) and settles those for which there is no room, or whose epoch
/// is another. They leave `wanted`; what stays fits as of now. The transaction is to be rolled
/// back. Throws db::error: then nothing was settled.
void settle_misfits(db::transaction& tx, batch& wanted);

}  // namespace market::order
