#include "support/failing_disk.hpp"

#include <sqlite3.h>

#include <atomic>
#include <stdexcept>

namespace market::db::test {
namespace {

std::atomic<failing_disk::fault> current{failing_disk::fault::none};
sqlite3_vfs* real = nullptr;
sqlite3_vfs wrapper;
// The methods of the real files, and a copy with ours in it; all files of one VFS share them.
const sqlite3_io_methods* real_methods = nullptr;
sqlite3_io_methods failing_methods;

int write_or_fail(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    if (current == failing_disk::fault::full) return SQLITE_FULL;
    return real_methods->xWrite(file, bytes, size, at);
}

int sync_or_fail(sqlite3_file* file, int flags) {
    if (current == failing_disk::fault::no_sync) return SQLITE_IOERR_FSYNC;
    return real_methods->xSync(file, flags);
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
    const int opened = real->xOpen(real, name, file, flags, flags_out);
    if (opened != SQLITE_OK || !(flags & SQLITE_OPEN_WAL) || !file->pMethods) return opened;
    real_methods = file->pMethods;
    failing_methods = *real_methods;
    failing_methods.xWrite = write_or_fail;
    failing_methods.xSync = sync_or_fail;
    file->pMethods = &failing_methods;
    return opened;
}

}  // namespace

failing_disk::failing_disk() {
    real = sqlite3_vfs_find(nullptr);
    wrapper = *real;
    wrapper.zName = "failing";
    wrapper.pNext = nullptr;
    wrapper.xOpen = open_file;
    if (sqlite3_vfs_register(&wrapper, 1) != SQLITE_OK)
        throw std::runtime_error("no such file system");
}

failing_disk::~failing_disk() {
    set(fault::none);
    sqlite3_vfs_unregister(&wrapper);
    sqlite3_vfs_register(real, 1);
}

void failing_disk::set(fault what) { current = what; }

}  // namespace market::db::test
