for total in 1 2; then # HERE
  echo "$total"
done
