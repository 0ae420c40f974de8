#!/bin/sh
echo "run by $0, as perl does with another's first line"
