number=0
while IFS= read -r line || [[ -n $line ]]; do
  echo "$((++number)): $line"
done
