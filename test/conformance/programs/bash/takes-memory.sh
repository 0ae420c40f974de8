taken=x
while :; do taken+=$taken; done
