source ./lib/functions.sh one two
where
. lib/functions.sh
bash lib/child.sh argument < data.txt
ls -R
PATH=lib:$PATH
source functions.sh
missing
