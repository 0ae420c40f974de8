declare -A map=([b]=2 [a]=1 [c]=3)
for key in "${!map[@]}"; do echo "$key=${map[$key]}"; done
list=({1..5} {a..c})
echo "${list[@]:2:3} ${#list[@]} ${!list[@]} $((2 ** 62)) $((0x1f)) $((16#ff))"
printf '%q ' 'a b' $'\n' "it's"; echo
[[ "foobar" =~ o(.) ]] && echo "${BASH_REMATCH[1]}"
RANDOM=5; echo $RANDOM $RANDOM
mapfile -t -n 2 rows; echo "${rows[@]}"
printf -v formatted '%05d' 42; echo "$formatted"
getopts ab: option -b value; echo "$option $OPTARG $OPTIND"
select x in one two; do echo "$x"; break; done <<< 2
