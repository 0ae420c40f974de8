sleep 0.4
echo slept
