#pragma once
#include "purchase/batch_draft.hpp"

namespace market::order {

/// After a batch did not fit: under the locks of its pools, gives units to its purchases by
/// admission number (products: in their order) and settles those for which too few are left, or
/// whose epoch is another. They leave `wanted`; what stays fits as of now. Roll the transaction
/// back. Throws db::error: then nothing was settled.
void refuse_what_does_not_fit(db::transaction& tx, batch& wanted);

}  // namespace market::order
