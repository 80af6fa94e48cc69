#pragma once
/// A disk that fails on demand, below SQLite: wraps its file system for the whole process.
namespace market::db::test {

class failing_disk {
public:
    enum class fault { none, full, no_sync };

    failing_disk();
    ~failing_disk();
    failing_disk(const failing_disk&) = delete;
    failing_disk& operator=(const failing_disk&) = delete;

    /// For writes to and syncs of write-ahead logs from now on.
    void set(fault what);
};

}  // namespace market::db::test
