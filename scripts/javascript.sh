#!/bin/sh
# Lint, format or test the explorers' JavaScript with Node's tools, in the versions that package-lock.json names.
# Usage: javascript.sh lint|format|test
#
# Node is needed neither to use crrkit nor to build or test the rest: if it or its tools are missing, this prints a line
# and succeeds. The unit tests need only Node itself.

leave() {
    echo "$1: the explorers' JavaScript goes without \`$task\`."
    exit 0
}

task=$1
cd "${0%/*}/.." || exit 1
command -v node >/dev/null || leave "Node is not here"
node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' || leave "Node is older than 20"
[ "$task" = test ] && exec node --test --test-reporter=dot tests/js/*.test.js

if [ ! -x node_modules/.bin/biome ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund --loglevel=error || leave "npm could not install biome and tsc"
fi
case $task in
lint) node_modules/.bin/biome check && node_modules/.bin/tsc ;;
format) node_modules/.bin/biome check --write ;;
esac
