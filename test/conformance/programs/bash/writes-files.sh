echo "blåbær" >notes.txt
cat notes.txt
scratch=$(mktemp)
echo temporary >"$scratch"
cat "$scratch"
