#!/usr/bin/env bash
# scripts/servers/kafka.sh fetch                          the broker's jars into the user's cache
# scripts/servers/kafka.sh run DIR PORT [KEY=VALUE...]    a broker in the foreground, data in DIR
#
# Apache Kafka 3.9.2, broker and controller in one process (KRaft); the controller listens on
# PORT + 1. A second `run` on DIR finds the messages. KEY=VALUE: of Kafka's server.properties.
# `fetch` exits 3 when Maven Central cannot be reached, 1 when a jar is not the pinned one.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
version=3.9.2
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/market
jars=$cache/kafka-$version
usage() { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }

# The lock names paths of Maven Central; here all jars lie in one folder.
are_pinned() {
  (cd "$1" 2>/dev/null && sed 's# .*/#  #' "$here/kafka-$version.lock" | sha256sum --status -c 2>/dev/null)
}

fetch() {
  local part
  if are_pinned "$jars"; then return 0; fi
  echo "fetching kafka $version" >&2
  mkdir -p "$cache"
  part=$(mktemp -d "$cache/download.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf '$part'" EXIT
  mvn -q -B -ntp -f "$here/kafka-$version-pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
    -Dmaven.repo.local="$part/repository" -DexcludeTransitive=true -DoutputDirectory="$part" \
    >"$part/log" 2>&1 </dev/null || { head -n 3 "$part/log" >&2; return 3; }
  are_pinned "$part" || { echo "stack: a jar of kafka $version is not the pinned file" >&2; return 1; }
  rm -rf "$part/log" "$part/repository"
  rm -rf "$jars"
  mv -T "$part" "$jars" || are_pinned "$jars"  # or another fetch was quicker
}

# Three lines instead of Kafka's format step, which costs a start of the JVM; the broker adds the rest.
format() {
  [ ! -f "$1/meta.properties" ] || return 0
  mkdir -p "$1"
  printf 'version=1\ncluster.id=MkU3OEVBNTcwNTJENDM2Qk\nnode.id=1\n' >"$1/meta.properties"
}

# One broker, small, for one machine. With the usual session timeout a start after a kill would wait
# for the dead one's session.
properties() { # DIR PORT KEY=VALUE...
  local dir=$1 port=$2
  shift 2
  cat <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$port
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=$dir
auto.create.topics.enable=false
num.partitions=1
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
num.network.threads=1
num.io.threads=2
background.threads=2
num.recovery.threads.per.data.dir=1
log.cleaner.dedupe.buffer.size=16777216
log.segment.bytes=67108864
END
  [ $# -eq 0 ] || printf '%s\n' "$@"
}

run() {
  local dir port=$2
  dir=$(realpath -m "$1")
  shift 2
  format "$dir/data"
  properties "$dir/data" "$port" "$@" >"$dir/server.properties"
  exec java -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$jars/*" kafka.Kafka "$dir/server.properties"
}

action=${1:-}
[ $# -eq 0 ] || shift
case $action in
  fetch) [ $# -eq 0 ] || usage; fetch ;;
  run) [ $# -ge 2 ] || usage; run "$@" ;;
  *) usage ;;
esac
