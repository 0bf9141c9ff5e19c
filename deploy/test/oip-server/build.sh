#!/usr/bin/env bash
# Compiles the model server of the tests, and prints the class path to run it with.
#
#   build.sh FOLDER    where its classes go; needs a JDK and Maven
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
mkdir -p "$1"
mvn -B -q -f "$here/pom.xml" dependency:build-classpath -DincludeScope=runtime -Dmdep.outputFile="$1/classpath" >/dev/null
javac --release 17 -Xlint:all -Werror -cp "$(cat "$1/classpath")" -d "$1" "$here/OipServer.java"
echo "$1:$(cat "$1/classpath")"
