#!/bin/sh
# Fetches the Kafka broker that the tests of events run against, and its tools, at the pinned version, and prints the folder of
# the jars.
#
#   .ci/kafka.sh           fetches them into the user's cache, where the tests find them
#   .ci/kafka.sh start     starts a broker as well, on 127.0.0.1:9092 over a temporary folder, until interrupted
#
# Needs Java 17 or later and Maven, whose settings say where packages come from. Where the jars are missing, those tests are
# skipped.
set -eu

VERSION=4.1.0

jars=${XDG_CACHE_HOME:-$HOME/.cache}/vast-tams/kafka-$VERSION
if [ ! -d "$jars" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cat >"$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>vast-tams</groupId>
  <artifactId>test-broker</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>$VERSION</version>
    </dependency>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka-tools</artifactId>
      <version>$VERSION</version>
    </dependency>
  </dependencies>
</project>
POM
  mvn --quiet --batch-mode --file "$work/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$work/jars" >&2
  mkdir -p "$(dirname "$jars")"
  # One that was broken off must not look whole.
  mv "$work/jars" "$jars"
fi
echo "$jars"

if [ "${1:-}" = start ]; then
  directory=$(mktemp -d)
  trap 'rm -rf "$directory"' EXIT
  cat >"$directory/broker.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093
controller.listener.names=CONTROLLER
offsets.topic.replication.factor=1
log.dirs=$directory/log
PROPERTIES
  java -cp "$jars/*" kafka.tools.StorageTool format -t "AAAAAAAAAAAAAAAAAAAAAQ" -c "$directory/broker.properties" >&2
  echo "Kafka at 127.0.0.1:9092, files in $directory" >&2
  java -cp "$jars/*" kafka.Kafka "$directory/broker.properties" >&2
fi
