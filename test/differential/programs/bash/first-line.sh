#!/bin/sh -eu
# Run by Bash whatever the first line says, and without its switches.
echo "$- $BASH_VERSION ${nothing:-unset}"
false
echo "goes on"
