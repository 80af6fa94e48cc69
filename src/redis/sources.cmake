market_module(redis
  SOURCES client.cpp greeting.cpp hiredis_reply.cpp link.cpp redis_url.cpp script.cpp
  PRIVATE ${HIREDIS_LINK_LIBRARIES} OpenSSL::Crypto Boost::url)
# Without the flags that hiredis' package asks for: _FILE_OFFSET_BITS changes nothing on 64 bits, and
# would keep the precompiled header out.
