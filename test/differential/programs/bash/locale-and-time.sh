locale
printf '%s\n' "${#0}" "$(printf 'é' | wc -m)"
x=blåbær; echo "${#x} ${x^^} ${x:2:1}"
date -d @0 '+%F %T %Z %z'
printf '%(%F %T %Z)T\n' 0
TZ=America/New_York date -d @0
[[ é =~ ^[[:alpha:]]$ ]] && echo letter
printf '%.2f\n' 1.005
echo -e '\u2713 \xff' | od -c | head -2
