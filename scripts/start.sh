#!/bin/sh
# Sets up what is missing, then becomes the server.
# Usage: npm start -- [--no-install] [flags of `millrace serve`]
set -eu
cd "$(dirname "$0")/.."

setup_flags=
for argument do
  shift
  case $argument in
    --no-install) setup_flags=--no-install ;;
    *) set -- "$@" "$argument" ;;
  esac
done

node scripts/setup.mjs $setup_flags
# By path: `node` may still mean the system's. By exec, as npm starts this file: the server is npm's own child, so what
# npm hands on of signals reaches it, and its exit status is npm's.
exec node_modules/.bin/node src/cli/millrace.ts serve "$@"
