echo before
missing-command one two
echo $?
/box/main.sh
echo $?
cat missing-file
: ${unset?is not set}
echo never printed
