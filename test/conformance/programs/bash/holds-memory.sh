printf -v held '%*s' $((32 << 20)) ''
[[ -n $held ]] && echo held
