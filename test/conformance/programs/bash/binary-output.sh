for ((byte = 0; byte < 256; byte++)); do
  printf -v hex '%02x' "$byte"
  printf "\\x$hex"
done
