# A private Redis for scripts/stack. Sourced; the functions are those of database.sh.

prepare_redis() { :; }

# A gate keeps nothing on disk and may lose no key to make room: it is rebuilt from the record.
launch_redis() {
  local dir=$1 port=$2
  setsid redis-server --bind 127.0.0.1 --port "$port" --dir "$dir" --save '' --appendonly no \
    --maxmemory-policy noeviction --daemonize no >"$dir/log" 2>&1 </dev/null &
}

ready_redis() { grep -q 'Ready to accept connections' "$1/log"; }
