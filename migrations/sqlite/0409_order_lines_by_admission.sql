-- One admission is one order line.
CREATE UNIQUE INDEX order_lines_by_admission ON order_lines (sale_id, admission_seq);
