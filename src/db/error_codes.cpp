#include "error_codes.hpp"

namespace market::db {
namespace {

std::string describe(cause why, int code, const std::string& explanation) {
    std::string out = to_string(why);
    out.append(" (driver code ").append(std::to_string(code)).append(")");
    if (!explanation.empty()) out.append(": ").append(explanation);
    return out;
}

}  // namespace

const char* to_string(cause why) {
    switch (why) {
        case cause::unavailable: return "unavailable";
        case cause::connection_lost: return "connection_lost";
        case cause::deadlock: return "deadlock";
        case cause::lock_timeout: return "lock_timeout";
        case cause::unique_violation: return "unique_violation";
        case cause::check_violation: return "check_violation";
        case cause::data_error: return "data_error";
        case cause::read_only: return "read_only";
        case cause::full: return "full";
        case cause::refused: return "refused";
        case cause::other: return "other";
    }
    return "other";
}

driver_error::driver_error(cause why, int code, const std::string& explanation)
    : error(why, describe(why, code, explanation)), code_(code) {}

cause cause_of_mysql(unsigned code) {
    switch (code) {
        case 1040:  // too many connections
        case 1041:  // out of memory
        case 1129:  // host is blocked
        case 1203:  // too many connections of this user
        case 1226:  // a resource limit of this user
        case 2002:  // cannot connect through the socket
        case 2003:  // cannot connect to the host
        case 2005:  // the host's name is not known (yet)
            return cause::unavailable;
        case 1053:  // server shutdown
        case 1077:  // normal shutdown
        case 1152:  // aborted connection
        case 1153:  // packet too large: the server closes the connection
        case 1158:  // network read
        case 1159:  // network read timeout
        case 1160:  // network write
        case 1161:  // network write timeout
        case 1184:  // aborted connection
        case 1927:  // connection killed (MariaDB)
        case 2006:  // server has gone away
        case 2012:  // handshake
        case 2013:  // connection lost during the query
        case 2014:  // commands out of sync
        case 2020:  // packet too large for the client
        case 2026:  // TLS
        case 2027:  // malformed packet
        case 2055:  // connection lost, with the system's error
        case 3169:  // session was killed
        case 4031:  // closed for inactivity (MySQL)
            return cause::connection_lost;
        case 1020:  // record has changed since last read (MariaDB)
        case 1213:
        case 3101:  // rolled back by a plugin
            return cause::deadlock;
        case 1205:
        case 3572:  // NOWAIT
            return cause::lock_timeout;
        case 1022:
        case 1062:
        case 1169:
        case 1586: return cause::unique_violation;
        case 1216:  // foreign keys
        case 1217:
        case 1451:
        case 1452:
        case 3819:  // CHECK (MySQL)
        case 4025:  // CHECK (MariaDB)
            return cause::check_violation;
        case 1048:  // NULL
        case 1264:  // out of range
        case 1265:  // truncated
        case 1292:  // wrong value
        case 1364:  // no default
        case 1366:  // not of the column's kind or character set
        case 1406:  // too long
        case 1690:  // an expression out of range
        case 3140:  // JSON
            return cause::data_error;
        case 1290:
        case 1792:  // read-only transaction
        case 1836: return cause::read_only;
        case 1021:
        case 1114:
        case 1878:  // temporary file
            return cause::full;
        case 1044:  // no right to this database
        case 1045:  // password
        case 1049:  // database missing
        case 1130:  // host not allowed
        case 1142:
        case 1143:
        case 1227:
        case 1251:  // authentication protocol
        case 1698:  // password (MariaDB)
        case 3159:  // TLS required
        case 2054:
        case 2058:
        case 2059:  // authentication plugin missing
        case 2061: return cause::refused;
        default: return cause::other;
    }
}

bool was_done_before_mysql(unsigned code) {
    switch (code) {
        case 1050:  // table exists
        case 1060:  // column exists
        case 1061:  // index exists
        case 1091:  // nothing of that name to drop
        case 3822:  // CHECK exists (MySQL)
        case 1826:  // constraint exists
            return true;
        default: return false;
    }
}

cause cause_of_sqlite(int code) {
    switch (code) {
        case 1555:  // SQLITE_CONSTRAINT_PRIMARYKEY
        case 2067:  // SQLITE_CONSTRAINT_UNIQUE
        case 2579:  // SQLITE_CONSTRAINT_ROWID
            return cause::unique_violation;
        case 1299:  // SQLITE_CONSTRAINT_NOTNULL
        case 3091:  // SQLITE_CONSTRAINT_DATATYPE
            return cause::data_error;
        default: break;
    }
    switch (code & 0xFF) {
        case 5:  // SQLITE_BUSY
        case 6:  // SQLITE_LOCKED
            return cause::lock_timeout;
        case 7:  // SQLITE_NOMEM
            return cause::unavailable;
        case 8:  // SQLITE_READONLY
            return cause::read_only;
        case 10:  // SQLITE_IOERR: nothing that this session holds can be trusted
            return cause::connection_lost;
        case 13:  // SQLITE_FULL
            return cause::full;
        case 19:  // SQLITE_CONSTRAINT: CHECK, foreign keys
            return cause::check_violation;
        case 18:  // SQLITE_TOOBIG
        case 20:  // SQLITE_MISMATCH
            return cause::data_error;
        case 3:   // SQLITE_PERM
        case 11:  // SQLITE_CORRUPT
        case 14:  // SQLITE_CANTOPEN
        case 23:  // SQLITE_AUTH
        case 26:  // SQLITE_NOTADB
            return cause::refused;
        default: return cause::other;
    }
}

}  // namespace market::db
