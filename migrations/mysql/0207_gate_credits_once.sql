CREATE UNIQUE INDEX gate_credits_once ON gate_credits (sale_id, order_id);
