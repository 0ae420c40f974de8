work() {
  local sum=0 k
  for ((k = 1; k <= 1000; k++)); do ((sum += $1 * k)); done
  echo "$sum" >"sum-$1"
}

for factor in 1 2 3 4; do work "$factor" & done
wait
total=0
for sum in sum-*; do ((total += $(<"$sum"))); done
echo "$total"
