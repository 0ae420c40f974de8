echo "[$GREETING]"
echo "[${EMPTY?is not set}]"
