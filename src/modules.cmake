# Which module may include which. Read by CMakeLists.txt, which gives each module an include view of
# just these, and by the architecture test.
set(MARKET_MODULES base db redis outbox user stock catalog order http proof app)
set(MARKET_EDGES_base)
set(MARKET_EDGES_db base)
set(MARKET_EDGES_redis base)
set(MARKET_EDGES_outbox base db)
set(MARKET_EDGES_user base db redis)
set(MARKET_EDGES_stock base db redis outbox)
set(MARKET_EDGES_catalog base db outbox stock)
set(MARKET_EDGES_order base db outbox stock catalog user)
set(MARKET_EDGES_http base user stock catalog order)
set(MARKET_EDGES_proof base db)
set(MARKET_EDGES_app base db redis outbox user stock catalog order http proof)
