#!/usr/bin/env bash
# Asks the questions of queries/ of DuckDB and of a real Trino over the test organisation,
# on the disk and, through versitygw, on S3, and compares the answers cell by cell.
#
#   scripts/trino/run.sh         what takes a few minutes
#   scripts/trino/run.sh --all   every question: make trino
#
# The server comes from Maven Central into .cache/trino. It runs on the loopback alone, with
# a catalogue of files in a folder of its own, and ends with this script. Needs bin/ingest.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=476
sum=cfd5accde17e8ebd251eeeb78aed1f490e77bb3a164d95a0f454bf8a7c1cbd3f
oldest=24 # Java that this version runs on

cache=$PWD/.cache/trino
server=$cache/trino-server-$version

left_out() {
	echo "left out: $1"
	exit 0
}

# find_java prints the first java that is new enough.
find_java() {
	local java major
	for java in "${JAVA_HOME:-/nowhere}/bin/java" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
		[ -x "$java" ] || continue
		major=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -1)
		[ "${major:-0}" -ge "$oldest" ] && echo "$java" && return
	done
	return 1
}

have_maven() {
	command -v mvn >/dev/null && return
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update && apt-get install -y --no-install-recommends maven
}

# install puts what a lake needs of the server into the cache: 400 of its 1,500 MB.
install() {
	local archive=$cache/trino-server-$version.tar.gz
	rm -rf "$cache"
	mkdir -p "$cache"
	mvn --batch-mode --quiet "-Dmaven.repo.local=$cache/m2" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
		"-Dartifact=io.trino:trino-server:$version:tar.gz" "-DoutputDirectory=$cache" >"$cache/log" 2>&1 ||
		left_out "Trino $version cannot be had from Maven Central ($(grep -m 1 ERROR "$cache/log" | cut -c1-160))"
	rm -rf "$cache/m2"
	echo "$sum  $archive" | sha256sum --check --quiet || return 1
	tar -xzf "$archive" -C "$cache"
	find "$server/plugin" -mindepth 1 -maxdepth 1 ! -name hive -exec rm -rf {} +
	rm "$archive"
	: >"$cache/installed-$version"
}

java=$(find_java) || left_out "Trino $version needs Java $oldest or newer; set JAVA_HOME to one"
if [ ! -f "$cache/installed-$version" ]; then
	have_maven >/dev/null 2>&1 || left_out "mvn, which brings Trino, is not installed, and cannot be with apt-get"
	install
fi

folder=$(mktemp -d)
: >"$folder/log"
pids=()
# shellcheck disable=SC2317 # the trap calls it
stop() {
	local pid
	for pid in ${pids[@]+"${pids[@]}"}; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' INT TERM

# free_port FROM prints the first port from there on at which nobody listens.
free_port() {
	local port=$1
	while (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
		port=$((port + 1))
	done
	echo "$port"
}
port=$(free_port 18080)

mkdir -p "$folder/etc/catalog" "$folder/data" "$folder/lakes"
cat >"$folder/etc/config.properties" <<END
node.environment=test
node.id=test
node.internal-address=127.0.0.1
node.bind-ip=127.0.0.1
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port=$port
discovery.uri=http://127.0.0.1:$port
catalog.config-dir=$folder/etc/catalog
plugin.dir=$server/plugin
query.max-memory-per-node=600MB
END
printf 'io.trino=WARN\nio.trino.server.Server=INFO\n' >"$folder/etc/log.properties"
for catalog in hive worlds s3; do
	cat >"$folder/etc/catalog/$catalog.properties" <<END
connector.name=hive
hive.metastore=file
hive.metastore.catalog.dir=local:///metastore-$catalog
hive.timestamp-precision=MICROSECONDS
hive.partition-projection-enabled=true
hive.ignore-absent-partitions=true
fs.native-local.enabled=true
local.location=$folder/lakes
END
done

# shellcheck source=scripts/s3/versitygw.sh
. scripts/s3/versitygw.sh
s3=
if [ -z "$versitygw" ]; then
	echo "on the disk alone: $left_out"
else
	s3_port=$(free_port 17070)
	s3=http://127.0.0.1:$s3_port
	mkdir "$folder/buckets"
	"$versitygw" --port "127.0.0.1:$s3_port" --access test --secret testsecret --quiet posix "$folder/buckets" >"$folder/s3-log" 2>&1 &
	pids+=($!)
	cat >>"$folder/etc/catalog/s3.properties" <<END
fs.native-s3.enabled=true
s3.endpoint=$s3
s3.region=us-east-1
s3.path-style-access=true
s3.aws-access-key=test
s3.aws-secret-key=testsecret
END
fi

(
	cd "$folder/data"
	exec nice -n 10 "$java" -Xmx2500M -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError -XX:ReservedCodeCacheSize=256M \
		-Djdk.attach.allowAttachSelf=true -Djdk.nio.maxCachedBufferSize=2000000 --add-opens=java.base/java.nio=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
		"-Dnode.data-dir=$folder/data" "-Dconfig=$folder/etc/config.properties" "-Dlog.levels-file=$folder/etc/log.properties" \
		-cp "$server/lib/*" io.trino.server.TrinoServer
) >"$folder/log" 2>&1 &
pid=$!
pids+=("$pid")
echo "starting Trino $version"
until grep -q 'SERVER STARTED' "$folder/log"; do
	if ! kill -0 "$pid" 2>/dev/null; then
		grep -v WARN "$folder/log" | tail -20
		exit 1
	fi
	sleep 1
done

questions=
[ "${1:-}" = --all ] && questions=all
TRINO_URL=http://test@127.0.0.1:$port TRINO_FOLDER=$folder/lakes TRINO_QUESTIONS=$questions TRINO_S3=$s3 \
	go test -count=1 -v -timeout 60m -tags integration -run '^TestRealTrino' ./queries
